// Search over all lessons and guides. The texts are loaded when the reader first moves to the search field.
const field = document.querySelector("#search");
const list = document.querySelector("#found");
const top = new URL(field.dataset.top || ".", document.baseURI).href;
const MOST = 8;
let index;

function load() {
  index ??= Promise.all([import(`${top}minisearch.js`), fetch(`${top}search.json`).then((answer) => answer.json())]).then(
    ([{ default: MiniSearch }, sections]) => {
      const made = new MiniSearch({
        fields: ["heading", "text"],
        storeFields: ["page", "heading", "url", "text"],
        searchOptions: { boost: { heading: 3 }, prefix: true, fuzzy: 0.2, combineWith: "AND" },
      });
      made.addAll(sections);
      return made;
    },
  );
  return index;
}

function around(text, terms) {
  const at = Math.max(0, ...terms.map((term) => text.toLowerCase().indexOf(term)));
  const from = Math.max(0, text.lastIndexOf(" ", Math.max(0, at - 40)));
  return `${from ? "… " : ""}${text.slice(from, from + 140).trim()} …`;
}

function entry({ url, page, heading, text, terms }) {
  const link = Object.assign(document.createElement("a"), { href: top + url, textContent: `${page}: ${heading}` });
  const words = Object.assign(document.createElement("p"), { textContent: around(text, terms) });
  const item = document.createElement("li");
  item.append(link, words);
  return item;
}

async function show() {
  const asked = field.value.trim();
  const made = await load();
  if (asked !== field.value.trim()) return; // more has been typed
  const results = asked ? made.search(asked).slice(0, MOST) : [];
  list.replaceChildren(...results.map(entry));
  if (asked && !results.length) list.append(Object.assign(document.createElement("li"), { textContent: `No results for “${asked}”.` }));
  list.hidden = !asked;
}

// On a wide screen, the table of contents beside the text is open.
if (matchMedia("(min-width: 75rem)").matches) document.querySelector(".contents details")?.setAttribute("open", "");

field.addEventListener("focus", load, { once: true });
field.addEventListener("input", show);
field.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  field.value = "";
  list.hidden = true;
});
