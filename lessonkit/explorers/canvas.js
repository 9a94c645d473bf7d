// The picture of an explorer: one canvas for each panel, the words below, and a point to drag.

const LEAST = 0.6; // of its size: a picture shrinks on a narrow page, but not until nobody can read it
const BESIDE = 0.7; // of its size: as small as it may be to stand beside another one, else it stands below
const QUIET = 700; // milliseconds without a change before a screen reader is told the words

// In JupyterLab the arrow keys, and letters, would be for the notebook: they are for the control that has the focus.
function keepKeys({ target }) {
  if (target.matches("select, [role=slider]")) target.setAttribute("data-lm-suppress-shortcuts", "true");
}

// ipywidgets writes a slider's name beside it, where a screen reader does not look.
function nameSliders(explorer) {
  for (const slider of explorer.querySelectorAll(".widget-slider")) {
    const name = slider.querySelector(".widget-label").textContent;
    slider.querySelector("[role=slider]")?.setAttribute("aria-label", name);
  }
}

function render({ model, el }) {
  const row = document.createElement("div");
  row.style.cssText = "display:flex;flex-wrap:wrap;align-items:flex-start;overflow-x:auto";
  const words = document.createElement("p");
  words.setAttribute("aria-hidden", "true"); // the canvas and the status say the same
  words.style.cssText = "min-height:3em;margin:0.5em 0;line-height:1.4";
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);margin:0";
  el.replaceChildren(row, words, status);

  let asked = 0;
  let timer;

  async function show() {
    const turn = ++asked;
    const { pngs, words: said } = model.get("picture");
    const images = await Promise.all(pngs.map((png) => createImageBitmap(new Blob([png], { type: "image/png" }))));
    if (turn !== asked) return; // a newer picture is on its way
    const explorer = el.closest(".widget-vbox");
    explorer?.addEventListener("focusin", keepKeys);
    if (explorer) nameSliders(explorer);
    images.forEach((image, panel) => {
      const canvas = row.children[panel] ?? row.appendChild(makeCanvas(panel));
      if (canvas.width !== image.width || canvas.height !== image.height) {
        canvas.width = image.width;
        canvas.height = image.height;
        canvas.style.minWidth = `${LEAST * image.width}px`;
        canvas.style.maxWidth = `min(100%, ${image.width}px)`;
        canvas.style.flex = `1 1 ${BESIDE * image.width}px`;
      }
      canvas.getContext("2d").drawImage(image, 0, 0);
      if (panel === 0) canvas.setAttribute("aria-label", said);
    });
    words.textContent = said;
    words.style.minHeight = `${words.offsetHeight}px`; // longer words may push down what follows, once
    row.tabIndex = row.scrollWidth > row.clientWidth ? 0 : -1; // what scrolls can be reached with the keyboard
    clearTimeout(timer);
    timer = setTimeout(() => (status.textContent = said), QUIET);
  }

  function makeCanvas(panel) {
    const canvas = document.createElement("canvas");
    canvas.style.height = "auto";
    if (panel === 0) canvas.setAttribute("role", "img");
    else canvas.setAttribute("aria-hidden", "true");
    const area = model.get("areas").find((area) => area.panel === panel);
    if (area) makeDraggable(canvas, area);
    return canvas;
  }

  function makeDraggable(canvas, area) {
    const cursor = area.x && area.y ? "move" : area.x ? "ew-resize" : "ns-resize";
    canvas.style.touchAction = area.x && area.y ? "none" : area.x ? "pan-y" : "pan-x";
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return { panel: area.panel, x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    };
    const inside = ({ x, y }) => area.left <= x && x <= area.right && area.top <= y && y <= area.bottom;
    const tell = (event) => {
      model.set("pointer", place(event));
      model.save_changes(); // sends the latest only, once the kernel is done with the one before
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !inside(place(event))) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      tell(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) tell(event);
      else canvas.style.cursor = inside(place(event)) ? cursor : "";
    });
  }

  model.on("change:picture", show);
  show();
  return () => {
    clearTimeout(timer);
    model.off("change:picture", show);
  };
}

export default { render };
