// Fetching takes a while, and a plain form says nothing meanwhile.
document.querySelector("[data-fetching]")?.addEventListener("submit", (event) => {
  const status = event.target.querySelector("[data-fetch-status]");
  status.textContent = status.dataset.words;
});

// Dropping a file and watching it travel. Without this the form is a plain file form.
(() => {
  const form = document.querySelector("[data-verify]");
  if (!form) return;
  const input = form.querySelector('input[type="file"]');
  const drop = form.querySelector(".drop");
  const status = form.querySelector("[data-status]");
  const bar = form.querySelector("progress");
  const problem = form.querySelector("[data-problem]");
  const words = form.dataset;

  const fail = (message) => {
    form.removeAttribute("aria-busy");
    bar.hidden = true;
    status.textContent = "";
    problem.hidden = false;
    problem.querySelector("p").textContent = message;
    input.value = "";
  };

  const send = () => {
    const file = input.files[0];
    if (!file || form.getAttribute("aria-busy")) return;
    problem.hidden = true;
    if (file.size > Number(words.limit)) { fail(words.tooLarge); return; }
    form.setAttribute("aria-busy", "true");
    bar.hidden = false;
    status.textContent = words.sending;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    };
    request.upload.onload = () => { bar.removeAttribute("value"); status.textContent = words.examining; };
    request.onerror = () => fail(words.broken);
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* not ours: the sentence below */ }
      if (answer.report) location.assign(answer.report);
      else fail(answer.message ? `${answer.message} ${answer.advice} (${answer.code})` : words.broken);
    };
    request.send(new FormData(form));
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  input.addEventListener("change", send);
  send(); // what was chosen before this script arrived, on a slow line
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        send();
      }
    });
  }
})();
