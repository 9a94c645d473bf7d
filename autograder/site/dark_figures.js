// The figures of the browser edition, as light or dark as its theme. In the published file, dark.js and SCALE stand before this.

const FIGURES = '.jp-RenderedHTMLCommon img[alt][src^="data:image/png"]';
const drawn = new WeakMap(); // by figure: its picture as the lesson has drawn it

async function inTheDarkOf(picture) {
  const image = new Image();
  image.src = picture;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  inTheDark(pixels.data, SCALE);
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}

const isDarkNow = () => document.body.dataset.jpThemeLight === "false";

async function suit(figure) {
  if (!drawn.has(figure)) drawn.set(figure, figure.src);
  const dark = isDarkNow() && (await inTheDarkOf(drawn.get(figure)));
  figure.src = (isDarkNow() && dark) || drawn.get(figure); // the theme may have changed meanwhile
}

const suitAll = (within) => within.querySelectorAll(FIGURES).forEach(suit);

new MutationObserver((changes) => {
  if (!isDarkNow()) return; // figures come as the lesson draws them
  for (const change of changes)
    for (const node of change.addedNodes) if (node instanceof Element) suitAll(node.parentElement ?? node);
}).observe(document.body, { childList: true, subtree: true });
new MutationObserver(() => suitAll(document)).observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
