// Live progress of a job: server-sent events, or asking every few seconds where they do not get through.
(() => {
  const page = document.querySelector("[data-events]");
  if (!page) return;
  const said = document.querySelector("#job-said");
  const find = (name) => page.querySelector(`[data-live="${name}"]`);
  let state = page.dataset.state;
  let part = Number(page.dataset.part);

  const refresh = () => htmx.ajax("GET", page.dataset.fragment, { target: "#job", swap: "innerHTML" });

  const show = (job) => {
    if (job.state !== state || job.part !== part || job.over) {
      said.textContent = job.state === state ? job.progress : job.sentence; // once a stage or shot, not once a step
      state = job.state;
      part = job.part;
      refresh();
      return;
    }
    const bar = find("bar");
    const text = find("text");
    const picture = find("picture");
    if (bar && job.steps) { bar.max = job.steps; bar.value = job.step; }
    if (text) text.textContent = job.progress;
    if (picture && job.preview && !picture.src.endsWith(job.preview)) {
      picture.src = job.preview;
      picture.hidden = false;
      find("empty")?.setAttribute("hidden", "");
    }
  };

  const poll = () => {
    const timer = setInterval(async () => {
      const answer = await fetch(page.dataset.status, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok) return;
      const job = await answer.json();
      show(job);
      if (job.over) clearInterval(timer);
    }, 2500);
  };

  if (!("EventSource" in window)) { poll(); return; }
  const source = new EventSource(page.dataset.events);
  source.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    show(job);
    if (job.over) source.close();
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) poll();
  });
})();
