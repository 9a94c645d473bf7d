// A picture for dark pages: light becomes dark and keeps its hue. Only in figures with a map do the map's colors stay,
// which stand for heights: its middle is gray, as other figures' letters are at their edges.
// autograder/site/figures.py does the same.

const PAPER = 0x11; // the page of JupyterLab in the dark
const INK = 0xe8;
const NEAR = 14; // of 255: how far a channel of a map's pixel may be from the color for its height
const VIVID = 20; // of 255: how far from gray a color is at least that tells a map
const MAP = 0.05; // the share of such pixels in a figure that holds a map
const EVERY = 8; // pixels: how many of them are looked at for that
const SEEN = 0.48; // a vivid color that would be darker than this becomes lighter, so that lines stand out from the page

// Whether the page around an element is dark: its text is light there.
export function isDark(element) {
  const [red, green, blue] = getComputedStyle(element).color.match(/[\d.]+/g).map(Number);
  return red + green + blue > 1.5 * 255;
}

// Change pixels as `getImageData` gives them; `scale` holds the colors of maps, three bytes each.
export function inTheDark(pixels, scale) {
  const byGreen = Array.from({ length: 256 }, () => []); // where in the scale a pixel with this green may have its color
  for (let at = 0; at < scale.length; at += 3)
    for (let green = Math.max(scale[at + 1] - NEAR, 0); green <= Math.min(scale[at + 1] + NEAR, 255); green++)
      byGreen[green].push(at);
  const ofMap = (red, green, blue) =>
    byGreen[green].some((at) => Math.abs(red - scale[at]) <= NEAR && Math.abs(blue - scale[at + 2]) <= NEAR);
  let vivid = 0;
  for (let i = 0; i < pixels.length; i += 4 * EVERY) {
    const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > VIVID && ofMap(red, green, blue)) vivid += 1;
  }
  const holdsMap = vivid > (MAP * pixels.length) / (4 * EVERY);
  const darker = (value) => PAPER + (value * (INK - PAPER)) / 255;
  for (let i = 0; i < pixels.length; i += 4) {
    const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
    if (holdsMap && least < 255 && ofMap(red, green, blue)) continue; // white is no map's color
    const turn = 255 - most - least; // lightness l becomes 1 - l
    const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue + turn;
    const lift = turn + 8 * ((most - least) / 255) ** 2 * Math.max(SEEN * 255 - light, 0);
    pixels[i] = darker(Math.min(red + lift, 255));
    pixels[i + 1] = darker(Math.min(green + lift, 255));
    pixels[i + 2] = darker(Math.min(blue + lift, 255));
  }
}
