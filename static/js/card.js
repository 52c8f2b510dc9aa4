// The shot card: each slot writes into the prompt while one types, and Enter stays in the card.
(() => {
  const prompt = document.querySelector("#id_prompt");
  if (!prompt) return;
  const slots = () => [...document.querySelectorAll("[data-slot]")];
  const story = ["subject", "action", "place"];

  // The same sentence as ShotCard.prompt(): behind an aside a new clause begins.
  const sentence = () => {
    const said = Object.fromEntries(slots().map((slot) => [slot.dataset.slot, slot.value.trim()]));
    let told = "";
    for (const name of story) {
      if (!said[name]) continue;
      told += (told && (/[,;](?!\d)|[.!?]\s/.test(told) ? ", " : " ")) + said[name];
    }
    return [told, said.mood, said.camera, said.style].filter(Boolean).join(", ");
  };

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-slot]")) return;
    prompt.value = sentence();
    prompt.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-slot]")) return;
    event.preventDefault();
    slots()[slots().indexOf(event.target) + 1]?.focus();
  });

  // A card in which somebody writes is not replaced under their hands.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.id === "card" && event.detail.target.contains(document.activeElement)) {
      event.detail.shouldSwap = false;
    }
  });
})();
