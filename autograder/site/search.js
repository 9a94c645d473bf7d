// Search over all lessons and guides. The texts are loaded when the reader first moves to the search field.
const field = document.querySelector("#search");
const list = document.querySelector("#found");
const status = document.querySelector("#count");
const top = new URL(field.dataset.top || ".", document.baseURI).href;
const MOST = 8;
// Words of a question that say nothing about its subject.
const SMALL = new Set("a an and are can do does for how i in is it my of on or should that the to what when where which why with you".split(" "));
const GREEK = new Map(Object.entries({ α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", ϵ: "epsilon", η: "eta", λ: "lambda", μ: "mu", ρ: "rho", σ: "sigma", Σ: "sum", "∑": "sum" }));
let index;

// A name such as fan_in is one word. In the index, its parts and the names of Greek letters are words, too.
const words = (text) => text.match(/[\p{L}\p{N}_]+|∑/gu) ?? [];
const indexed = (text) => words(text).flatMap((word) => (word.includes("_") ? [word, ...word.split("_")] : [word, GREEK.get(word) ?? ""]));
const plain = (word) => (SMALL.has(word.toLowerCase()) ? null : word.toLowerCase());

function load() {
  index ??= Promise.all([import(`${top}minisearch.js`), fetch(`${top}search.json`).then((answer) => answer.json())]).then(
    ([{ default: MiniSearch }, sections]) => {
      const made = new MiniSearch({
        fields: ["heading", "text"],
        storeFields: ["page", "heading", "url", "text"],
        tokenize: indexed,
        processTerm: plain,
        searchOptions: { tokenize: words, boost: { heading: 4 }, prefix: (term) => term.length > 1, fuzzy: (term) => (term.length > 4 ? 0.2 : false) },
      });
      made.addAll(sections);
      return made;
    },
  );
  index.catch(() => (index = undefined)); // the connection may be back at the next word
  return index;
}

// All words of the question, or else as many as possible.
function search(made, asked) {
  const all = made.search(asked, { combineWith: "AND" });
  return (all.length ? all : made.search(asked, { combineWith: "OR" })).slice(0, MOST);
}

// The words around the question as it was asked, or else around the first of its words that is in the text.
function around(text, asked, terms) {
  const small = text.toLowerCase();
  const at = [asked.toLowerCase(), ...terms].map((term) => small.indexOf(term)).find((place) => place >= 0) ?? 0;
  const from = Math.max(0, text.lastIndexOf(" ", Math.max(0, at - 40)));
  const until = text.length > from + 140 ? text.lastIndexOf(" ", from + 140) : text.length;
  return `${from ? "… " : ""}${text.slice(from, until).trim()}${until < text.length ? " …" : ""}`;
}

function entry({ url, page, heading, text, terms }, asked) {
  const link = Object.assign(document.createElement("a"), { href: top + url, textContent: `${page}: ${heading}` });
  const words = Object.assign(document.createElement("p"), { textContent: around(text, asked, terms) });
  const item = document.createElement("li");
  item.append(link, words);
  return item;
}

async function show() {
  const asked = field.value.trim();
  const made = await load().catch(() => null);
  if (asked !== field.value.trim()) return; // more has been typed
  const results = asked && made ? search(made, asked) : [];
  list.replaceChildren(...results.map((result) => entry(result, asked)));
  const none = made ? `No results for “${asked}”.` : "The search could not be loaded. Type again once you are connected.";
  if (asked && !results.length) list.append(Object.assign(document.createElement("li"), { textContent: none }));
  const count = made ? `${results.length || "No"} ${results.length === 1 ? "result" : "results"}` : none;
  status.textContent = asked ? count : "";
  list.hidden = !asked;
}

// Enter follows the first result, the arrow keys walk through the results, Escape and a click elsewhere close them.
function walk(event) {
  const links = [...list.querySelectorAll("a")];
  const here = links.indexOf(document.activeElement);
  if (event.key === "Escape") {
    field.value = status.textContent = "";
    list.hidden = true;
    field.focus();
  } else if (event.key === "Enter" && here < 0 && !list.hidden) {
    links[0]?.click();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = here + (event.key === "ArrowDown" ? 1 : -1);
    if (list.hidden || next < -1 || next >= links.length) return;
    event.preventDefault();
    (links[next] ?? field).focus();
  }
}

// On a wide screen, the table of contents beside the text is open.
if (matchMedia("(min-width: 75rem)").matches) document.querySelector(".contents details")?.setAttribute("open", "");

field.addEventListener("focus", () => load().catch(() => {})); // `show` says what is wrong
field.addEventListener("input", show);
field.addEventListener("focus", () => (list.hidden = !field.value.trim() || !list.children.length));
field.parentElement.addEventListener("keydown", walk);
document.addEventListener("click", ({ target }) => {
  if (!field.parentElement.contains(target)) list.hidden = true;
});
list.addEventListener("click", ({ target }) => {
  if (target.closest("a")) list.hidden = true; // the result may be on this page
});
