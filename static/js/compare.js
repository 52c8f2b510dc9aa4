// Several clips play as one: the first leads, the others follow it.
(() => {
  const films = [...document.querySelectorAll("[data-panes] video")];
  const bar = document.querySelector("[data-transport]");
  if (!bar || !films.length) return;
  const [leader] = films;
  const toggle = bar.querySelector("[data-do=toggle]");
  const scrub = bar.querySelector("[data-scrub]");
  const at = bar.querySelector("[data-at]");
  const frame = 1 / Number(leader.dataset.fps || 24);
  bar.hidden = false;
  films.forEach((film) => film.removeAttribute("controls"));

  const length = () => Math.max(...films.map((film) => film.duration || 0)) || 1;
  let clock = 0; // seconds since the beginning, in the longest film
  let before = 0;
  let playing = false;

  // A film that is over waits on its last frame until all begin again.
  const place = () => films.forEach((film) => {
    film.currentTime = Math.min(clock, Math.max(0, (film.duration || 0) - frame / 2));
  });
  const tell = () => {
    scrub.value = Math.round((1000 * clock) / length());
    at.textContent = `${clock.toFixed(2)} s`;
    toggle.textContent = playing ? toggle.dataset.pause : toggle.dataset.play;
  };
  const pause = () => { playing = false; films.forEach((film) => film.pause()); tell(); };
  const begin = () => films.forEach((film) => { if (clock < film.duration - frame) film.play().catch(() => {}); });
  const follow = (now) => {
    if (!playing) return;
    clock += (now - before) / 1000;
    before = now;
    if (clock >= length()) { clock = 0; place(); begin(); }
    films.forEach((film) => {
      if (clock >= film.duration - frame) film.pause();
      else if (Math.abs(film.currentTime - clock) > 3 * frame) film.currentTime = clock;
    });
    tell();
    requestAnimationFrame(follow);
  };
  const play = () => {
    playing = true;
    place();
    begin();
    before = performance.now();
    requestAnimationFrame(follow);
  };
  const go = (seconds) => { pause(); clock = Math.min(Math.max(0, seconds), length() - frame); place(); tell(); };

  const deeds = {
    toggle: () => (playing ? pause() : play()),
    back: () => go(clock - frame),
    on: () => go(clock + frame),
    rewind: () => go(0),
  };
  films.forEach((film) => { film.loop = false; });
  bar.addEventListener("click", (event) => deeds[event.target.closest("[data-do]")?.dataset.do]?.());
  scrub.addEventListener("input", () => go((scrub.value / 1000) * length()));
  const keys = { " ": "toggle", ",": "back", ".": "on", 0: "rewind" };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, a, input, summary")) return;
    const deed = deeds[keys[event.key]];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
})();
