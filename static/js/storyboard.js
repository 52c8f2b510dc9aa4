// Alt with an arrow moves the shot that is being written in; its buttons do the same.
(() => {
  const form = document.querySelector("[data-storyboard]");
  if (!form) return;
  const ways = { ArrowUp: "up", ArrowDown: "down" };
  form.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    if (!way || !event.altKey || event.ctrlKey || event.metaKey) return;
    const button = event.target.closest("[data-shot]")?.querySelector(`[data-move="${way}"]`);
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") !== "true") button.click();
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest('[aria-disabled="true"]')) event.preventDefault();
  });
})();
