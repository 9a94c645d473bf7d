// The exercise on the first page. Python is loaded only when the reader first turns to it.
const LONGEST = 60_000; // milliseconds that an answer may take; nothing else would end an endless loop

const live = document.querySelector("#live");
const source = live.querySelector("textarea");
const button = live.querySelector("button");
const status = live.querySelector("[role=status]");
const answer = live.querySelector(".answer");
const functions = [...source.defaultValue.matchAll(/def (\w+)/g)].map(([, name]) => name);
let worker;
let timer;

// A disabled button loses the focus, and with it the place of a person who works with the keyboard.
const checking = () => button.getAttribute("aria-disabled") === "true";

function start() {
  if (worker) return;
  worker = new Worker("live_worker.js", { type: "module" });
  worker.onmessage = ({ data }) => (data.ready ? ready() : show(data));
  worker.onerror = () => show({ failed: true });
  if (!checking()) status.textContent = "Your browser is downloading Python …";
}

function ready() {
  if (!checking()) status.textContent = "Python is ready.";
}

function show({ html, error, failed, passed }) {
  clearTimeout(timer);
  button.removeAttribute("aria-disabled");
  status.textContent = passed ? "Correct." : "Not yet. Read what the check says below.";
  if (failed) {
    worker.terminate();
    worker = undefined;
    status.textContent = "Python could not start in this browser. You can read the lessons here, and work on them on your own computer.";
  } else if (error) {
    answer.replaceChildren(Object.assign(document.createElement("p"), { textContent: error }));
  } else {
    answer.innerHTML = html;
  }
  live.querySelector(".next").hidden = !passed;
}

function ask() {
  if (checking()) return;
  const missing = functions.find((name) => !source.value.includes(name));
  if (missing) {
    show({ error: `Your code has no function ${missing}. It needs ${functions.join(" and ")}; reload the page to get both back.` });
    return;
  }
  start();
  button.setAttribute("aria-disabled", "true");
  status.textContent = "Checking … The first time, your browser downloads Python, which takes a few seconds.";
  worker.postMessage({ source: source.value, exercise: live.dataset.exercise });
  timer = setTimeout(() => {
    worker.terminate();
    worker = undefined;
    show({ error: "There was no answer within 60 seconds. Is there a loop in your code that never ends? If your connection is slow, try again." });
  }, LONGEST);
}

source.addEventListener("focus", start, { once: true });
button.addEventListener("click", ask);
source.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    ask();
  }
});
