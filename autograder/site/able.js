// Where the browser lets this site keep nothing, or run no service worker, lessons lose work or lack files, and JupyterLite
// does not say why. This does.

const TEXT =
  "Your browser does not let this site keep your work or load all files of a lesson. In a private window, open the lesson in an " +
  "ordinary one instead. If your browser blocks cookies, allow them for this site. The address must begin with https:// or " +
  "http://localhost.";
const LOOK =
  "position:fixed;inset:auto 0 0 0;z-index:20000;display:flex;gap:1em;align-items:center;padding:0.8em 1em;" +
  "font:1rem/1.4 system-ui,sans-serif;color:#fff;background:#8a2a00";

async function keepsFiles() {
  const name = "can this site keep files";
  await new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onerror = reject;
    request.onsuccess = () => resolve(request.result.close());
  });
  indexedDB.deleteDatabase(name);
}

async function check() {
  await Promise.all([navigator.serviceWorker.getRegistration(), keepsFiles()]);
}

function tell() {
  const bar = Object.assign(document.createElement("div"), { style: LOOK });
  const words = Object.assign(document.createElement("span"), { textContent: TEXT });
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
  bar.setAttribute("role", "alert");
  close.addEventListener("click", () => bar.remove());
  bar.append(words, close);
  document.body.append(bar);
}

check().catch(tell);
