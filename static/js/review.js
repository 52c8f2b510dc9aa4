// Keys for moderators: J and K move, A and R choose, B held shows the pictures plainly.
(() => {
  const typing = (target) => target.closest("input:not([type=radio]), textarea, select");
  const follow = (rel) => document.querySelector(`a[rel="${rel}"]`)?.click();
  const choose = (outcome) => {
    const choice = document.querySelector(`input[name="outcome"][value="${outcome}"]`);
    if (!choice) return;
    choice.checked = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    document.querySelector("#id_reason")?.focus();
  };
  const plain = (on) => document.body.classList.toggle("unblur", on);
  const keys = {
    j: () => follow("next"),
    k: () => follow("prev"),
    a: () => choose("approve"),
    r: () => choose("reject"),
    b: () => plain(true),
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
  addEventListener("keyup", (event) => { if (event.key.toLowerCase() === "b") plain(false); });
  addEventListener("blur", () => plain(false));

  const hold = document.querySelector("[data-hold]");
  if (hold) {
    hold.hidden = false;
    hold.addEventListener("pointerdown", () => plain(true));
    hold.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      plain(true);
    });
    hold.addEventListener("keyup", () => plain(false));
    for (const name of ["pointerup", "pointerleave", "pointercancel"]) hold.addEventListener(name, () => plain(false));
  }

  // The reason must fit the outcome: approvals have one, rejections the others.
  const reason = document.querySelector("#id_reason");
  const fit = () => {
    const outcome = document.querySelector('input[name="outcome"]:checked')?.value;
    if (!outcome || !reason) return;
    if (outcome === "approve") reason.value = "within-policy";
    else if (reason.value === "within-policy") reason.value = "";
  };
  document.querySelectorAll('input[name="outcome"]').forEach((choice) => choice.addEventListener("change", fit));
})();
