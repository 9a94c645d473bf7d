// The exercise on the first page. Python is loaded only when the reader first turns to it.
const LONGEST = 60_000; // milliseconds that an answer may take; nothing else would end an endless loop
const SLOWEST = 600_000; // milliseconds that the download may take before it counts as broken

const live = document.querySelector("#live");
const source = live.querySelector("textarea");
const button = live.querySelector("button");
const status = live.querySelector("[role=status]");
const answer = live.querySelector(".answer");
const functions = [...source.defaultValue.matchAll(/def (\w+)/g)].map(([, name]) => name);
let worker;
let timer;
let isReady = false;

// A disabled button loses the focus, and with it the place of a person who works with the keyboard.
const checking = () => button.getAttribute("aria-disabled") === "true";

function start() {
  if (worker) return;
  const mine = new Worker("live_worker.js", { type: "module" });
  const answers = (use) => (event) => worker === mine && use(event); // a worker that was stopped has no say
  mine.onmessage = answers(({ data }) => (data.ready ? ready() : show(data)));
  mine.onerror = answers(() => show({ failed: true }));
  worker = mine;
  if (!checking()) status.textContent = "Your browser is downloading Python …";
}

// The next check starts Python anew.
function stop() {
  worker.terminate();
  worker = undefined;
  isReady = false;
}

function ready() {
  isReady = true;
  if (checking()) wait();
  else status.textContent = "Python is ready.";
}

// Only Python's own time counts as an endless loop, not the download's.
function wait() {
  clearTimeout(timer);
  status.textContent = "Checking …";
  timer = setTimeout(() => {
    stop();
    show({ error: "There was no answer within 60 seconds. Is there a loop in your code that never ends?" });
  }, LONGEST);
}

function show({ html, error, broken, failed, passed }) {
  clearTimeout(timer);
  button.removeAttribute("aria-disabled");
  status.textContent = passed ? "Correct." : "Not yet. Read what the check says below.";
  if (failed || broken) stop();
  if (failed) {
    answer.replaceChildren();
    status.textContent =
      "Python could not start in this browser. If your connection was lost, press Check again. " +
      "Without Python, you can read the lessons here, and work on them on your own computer.";
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
  if (isReady) {
    wait();
  } else {
    status.textContent = "Checking … The first time, your browser downloads Python, which takes a few seconds.";
    timer = setTimeout(() => show({ failed: true }), SLOWEST);
  }
  worker.postMessage({ source: source.value, exercise: live.dataset.exercise });
}

source.addEventListener("focus", start, { once: true });
button.addEventListener("click", ask);
source.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    ask();
  }
});
