// The picture of an explorer: one canvas for each panel, the words below, and a point to drag. It begins with dark.js.

const NARROW = 480; // pixels: with less room, a slider needs a line of its own
const BESIDE = 0.7; // of its size: as small as it may be to stand beside another one, else it stands below
const QUIET = 700; // milliseconds without a change before a screen reader is told the words
const SETTLED = 200; // milliseconds without a change before the kernel is told how wide the page is
const THEME = ["class", "data-jp-theme-light", "data-vscode-theme-kind"]; // what changes with an editor's theme

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
  row.style.cssText = "display:flex;flex-wrap:wrap;align-items:flex-start";
  const words = document.createElement("p");
  words.setAttribute("aria-hidden", "true"); // the canvas and the status say the same
  words.style.cssText = "min-height:3em;margin:0.5em 0;line-height:1.4";
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);margin:0";
  el.replaceChildren(row, words, status);

  const bytes = model.get("scale");
  const scale = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let asked = 0;
  let dark = false;
  let timer;
  let settling;

  async function show() {
    const turn = ++asked;
    const { pngs, words: said } = model.get("picture");
    const images = await Promise.all(pngs.map((png) => createImageBitmap(new Blob([png], { type: "image/png" }))));
    if (turn !== asked) return; // a newer picture is on its way
    const explorer = el.closest(".explorer");
    explorer?.addEventListener("focusin", keepKeys);
    if (explorer) nameSliders(explorer);
    dark = isDark(words);
    explorer?.classList.toggle("dark", dark);
    const widest = Math.max(...images.map((image) => image.width));
    images.forEach((image, panel) => {
      const canvas = row.children[panel] ?? row.appendChild(makeCanvas(panel));
      if (canvas.width !== image.width || canvas.height !== image.height) {
        canvas.width = image.width;
        canvas.height = image.height;
        canvas.style.maxWidth = `min(${(100 * image.width) / widest}%, ${image.width}px)`; // below each other: at one scale
        canvas.style.flex = `1 1 ${BESIDE * image.width}px`;
      }
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      if (dark) {
        const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
        inTheDark(pixels.data, scale);
        context.putImageData(pixels, 0, 0);
      }
      if (panel === 0) canvas.setAttribute("aria-label", said);
    });
    words.textContent = said;
    words.style.minHeight = `${words.offsetHeight}px`; // longer words may push down what follows, once
    clearTimeout(timer);
    timer = setTimeout(() => (status.textContent = said), QUIET);
  }

  function makeCanvas(panel) {
    const canvas = document.createElement("canvas");
    canvas.style.cssText = "height:auto;min-width:0";
    if (panel === 0) canvas.setAttribute("role", "img");
    else canvas.setAttribute("aria-hidden", "true");
    if (areaOf(panel)) makeDraggable(canvas, panel);
    return canvas;
  }

  const areaOf = (panel) => model.get("areas").find((area) => area.panel === panel);

  function makeDraggable(canvas, panel) {
    const area = areaOf(panel);
    const cursor = area.x && area.y ? "move" : area.x ? "ew-resize" : "ns-resize";
    canvas.style.touchAction = area.x && area.y ? "none" : area.x ? "pan-y" : "pan-x";
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return { panel, x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    };
    const inside = ({ x, y }) => {
      const { left, top, right, bottom } = areaOf(panel); // another one on a narrow page
      return left <= x && x <= right && top <= y && y <= bottom;
    };
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

  const width = new ResizeObserver(() => {
    const room = row.clientWidth;
    if (!room) return; // not in sight
    el.closest(".explorer")?.classList.toggle("narrow", room < NARROW);
    clearTimeout(settling);
    settling = setTimeout(() => {
      model.set("room", room);
      model.save_changes();
    }, SETTLED);
  });
  const theme = new MutationObserver(() => isDark(words) !== dark && show());

  model.on("change:picture", show);
  show();
  width.observe(row);
  theme.observe(document.body, { attributeFilter: THEME });
  return () => {
    width.disconnect();
    theme.disconnect();
    clearTimeout(settling);
    clearTimeout(timer);
    model.off("change:picture", show);
  };
}

export default { render };
