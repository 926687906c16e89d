// Colour maps: turbo for depth (near is warm), by the polynomial that approximates it.
function turbo(t) {
  const c = (a) => Math.max(0, Math.min(255, Math.round(255 * a)));
  const p = (k) => k.reduce((sum, value, power) => sum + value * t ** power, 0);
  return [
    c(p([0.13572138, 4.61539260, -42.66032258, 132.13108234, -152.94239396, 59.28637943])),
    c(p([0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604])),
    c(p([0.10667330, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973])),
  ];
}

// 256 colours as little-endian RGBA words, near first.
export const depthColours = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  const [r, g, b] = turbo(0.97 - 0.9 * (i / 255));
  depthColours[i] = (255 << 24) | (b << 16) | (g << 8) | r;
}

export function classColours(labels) {
  const colours = new Uint32Array(256).fill(255 << 24);
  for (const c of labels?.classes ?? []) {
    const [r, g, b] = rgb(c);
    colours[c.id] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return colours;
}

export function rgb(c) {
  if (Array.isArray(c.colour)) return c.colour;
  const hex = String(c.colour ?? c.color ?? '#000000').replace('#', '');
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

// A normal as it comes: u and v of an octahedral map whose middle faces the camera; 255, 255 is none. Returns x right, y down, z forward.
export function normal(code) {
  if (code === 0xffff) return null;
  let [x, y] = [(code >> 8) / 127 - 1, (code & 0xff) / 127 - 1];
  const z = 1 - Math.abs(x) - Math.abs(y);
  if (z < 0) [x, y] = [(1 - Math.abs(y)) * (x < 0 ? -1 : 1), (1 - Math.abs(x)) * (y < 0 ? -1 : 1)];
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, -z / length];
}

// Every normal there is, as the node's own pictures colour it: (n * 0.5 + 0.5) * 255, red for x.
export const normalColours = new Uint32Array(65536);
for (let code = 0; code < 65536; code++) {
  const [r, g, b] = (normal(code) ?? [0, 0, 0]).map((value) => Math.max(0, Math.min(255, Math.round((value * 0.5 + 0.5) * 255))));
  normalColours[code] = (255 << 24) | (b << 16) | (g << 8) | r;
}
