// Small things that every page may use; each page works without them.

// After a failed form the summary has the focus, so that it is read first.
document.querySelector("[data-error-summary]")?.focus();

// <button data-copy="#id">: copies the text of an element and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.querySelector(button.dataset.copy)?.textContent.trim() ?? "";
  const said = button.querySelector("[data-said]");
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(document.querySelector(button.dataset.copy));
  }
});

// <form data-once>: a second click sends nothing.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent);
});

// A fragment that was redirected is a sign-in page: the session has ended, so start over there.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  if (new URL(xhr.responseURL).pathname === pathInfo.requestPath.split("?")[0]) return;
  event.detail.shouldSwap = false;
  location.reload();
});
