import { depthColours, classColours, normal, normalColours, rgb } from './colours.js';

const $ = (id) => document.getElementById(id);

// The five images and the probe. All show the same frame, and the probe marks the same pixel in each.
export class Views {
  frame = null;
  labels = null;
  point = null;
  lit = -1;
  #colours = classColours(null);
  #range = null;
  #counts = new Uint32Array(256);
  #scratch = new OffscreenCanvas(1, 1);

  constructor() {
    this.figures = new Map([...document.querySelectorAll('figure')].map((f) => [f.dataset.view, f]));
    for (const figure of this.figures.values()) {
      const canvas = figure.querySelector('canvas');
      const follow = (event) => {
        const box = canvas.getBoundingClientRect();
        this.point = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
        this.draw();
      };
      canvas.addEventListener('pointermove', follow);
      canvas.addEventListener('pointerdown', follow);
    }
    $('blend').addEventListener('input', () => this.draw());
    const bar = $('colours').getContext('2d');
    const colours = bar.createImageData(256, 1);
    new Uint32Array(colours.data.buffer).set(depthColours);
    bar.putImageData(colours, 0, 0);
  }

  describe(labels) {
    if (JSON.stringify(labels) === JSON.stringify(this.labels)) return;
    this.labels = labels;
    this.#colours = classColours(labels);
    $('legend').replaceChildren(...(labels?.classes ?? []).map((c) => {
      const item = document.createElement('li');
      item.dataset.id = c.id;
      item.innerHTML = '<span class="swatch"></span><span></span><span></span>';
      item.children[0].style.background = `rgb(${rgb(c).join(' ')})`;
      item.children[1].textContent = c.name;
      item.addEventListener('pointerenter', () => { this.lit = c.id; this.draw(); });
      item.addEventListener('pointerleave', () => { this.lit = -1; this.draw(); });
      return item;
    }));
  }

  show(frame) {
    const old = this.frame;
    this.frame = frame;
    this.draw();
    this.#legend();
    old?.image?.close();
  }

  draw() {
    const frame = this.frame;
    if (!frame) return;
    const { width, height } = frame;
    for (const [view, figure] of this.figures) {
      const canvas = figure.querySelector('canvas');
      const source = view === 'overlay' ? frame.segmentation : frame[view];
      figure.hidden = !source;
      if (!source) continue;
      if (canvas.width !== width || canvas.height !== height) {
        [canvas.width, canvas.height] = [width, height];
        canvas.style.aspectRatio = `${width} / ${height}`;
      }
      const context = canvas.getContext('2d', { alpha: false });
      if (view === 'depth') context.drawImage(this.#paint(this.#depth(frame)), 0, 0);
      else if (view === 'normals') context.drawImage(this.#paint(Uint32Array.from(source, (code) => normalColours[code])), 0, 0);
      else if (view === 'segmentation') context.drawImage(this.#paint(this.#classes(frame)), 0, 0);
      else if (view === 'overlay') {
        context.drawImage(frame.image, 0, 0);
        context.globalAlpha = $('blend').value / 100;
        context.drawImage(this.#paint(this.#classes(frame)), 0, 0);
        context.globalAlpha = 1;
      } else context.drawImage(source, 0, 0);
    }
    this.#probe();
  }

  #paint(pixels) {
    const { width, height } = this.frame;
    if (this.#scratch.width !== width || this.#scratch.height !== height) this.#scratch = new OffscreenCanvas(width, height);
    this.#scratch.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
    return this.#scratch;
  }

  #classes({ segmentation }) {
    const pixels = new Uint32Array(segmentation.length);
    for (let i = 0; i < pixels.length; i++) {
      const id = segmentation[i];
      pixels[i] = this.lit < 0 || this.lit === id ? this.#colours[id] : 0xff302820;
    }
    return pixels;
  }

  // The range follows the scene slowly, so that colours do not flicker.
  #depth({ depth }) {
    const seen = [];
    for (let i = 0; i < depth.length; i += 37) if (depth[i]) seen.push(depth[i]);
    seen.sort((a, b) => a - b);
    let near = seen[Math.floor(seen.length * 0.02)] ?? 0;
    let far = seen[Math.floor(seen.length * 0.98)] ?? 1000;
    if (this.#range) {
      near = this.#range[0] + (near - this.#range[0]) * 0.2;
      far = this.#range[1] + (far - this.#range[1]) * 0.2;
    }
    this.#range = [near, far];
    $('near').textContent = `${(near / 1000).toFixed(2)} m`;
    $('far').textContent = `${(far / 1000).toFixed(2)} m`;
    const pixels = new Uint32Array(depth.length);
    const scale = 255 / Math.max(1, far - near);
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = depth[i] ? depthColours[Math.max(0, Math.min(255, Math.round((depth[i] - near) * scale)))] : 0xff000000;
    }
    return pixels;
  }

  #probe() {
    if (!this.point) return;
    const { width, height, depth, segmentation, normals, sequence } = this.frame;
    const x = Math.max(0, Math.min(width - 1, Math.floor(this.point.x * width)));
    const y = Math.max(0, Math.min(height - 1, Math.floor(this.point.y * height)));
    const at = y * width + x;
    for (const figure of this.figures.values()) {
      if (figure.hidden) continue;
      const context = figure.querySelector('canvas').getContext('2d');
      for (const [line, colour] of [[3, 'rgb(0 0 0 / .7)'], [1.4, '#fff']]) {
        context.strokeStyle = colour;
        context.lineWidth = line;
        context.beginPath();
        context.arc(x + 0.5, y + 0.5, 6, 0, 7);
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
          context.moveTo(x + 0.5 + 6 * dx, y + 0.5 + 6 * dy);
          context.lineTo(x + 0.5 + 13 * dx, y + 0.5 + 13 * dy);
        }
        context.stroke();
      }
    }
    const probe = $('probe');
    const info = this.labels?.classes?.find((c) => c.id === segmentation?.[at]);
    const metres = depth?.[at] ? depth[at] / 1000 : null;
    const facing = normals && normal(normals[at]);
    Object.assign(probe.dataset, { x, y, sequence, metres: metres ?? '', class: info?.name ?? '', normal: facing?.map((n) => n.toFixed(4)).join(' ') ?? '' });
    probe.innerHTML = '<b></b><span><span class="swatch"></span> <span></span></span><span class="facing"></span><span class="dim"></span>';
    probe.children[0].textContent = metres === null ? 'no depth' : `${metres.toFixed(2)} m`;
    probe.children[1].hidden = !info;
    if (info) {
      probe.children[1].children[0].style.background = `rgb(${rgb(info).join(' ')})`;
      probe.children[1].children[1].textContent = info.name;
    }
    probe.children[2].hidden = !normals;
    probe.children[2].textContent = facing ? `facing ${direction(facing)}  (${facing.map((n) => n.toFixed(2)).join(', ')})` : 'no normal';
    probe.children[3].textContent = `column ${x}, row ${y}, frame ${sequence}`;
    document.querySelectorAll('#legend li').forEach((item) => item.classList.toggle('lit', item.dataset.id === String(info?.id)));
  }

  #legend() {
    const { segmentation } = this.frame;
    if (!segmentation) return;
    this.#counts.fill(0);
    for (let i = 0; i < segmentation.length; i++) this.#counts[segmentation[i]]++;
    for (const item of $('legend').children) {
      const share = this.#counts[item.dataset.id] / segmentation.length;
      item.classList.toggle('absent', share === 0);
      item.children[2].textContent = share === 0 ? '' : share < 0.001 ? '<0.1 %' : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
    }
  }
}

// A normal in words: where a surface faces, seen from the camera, and how far it is turned away from it.
function direction([x, y, z]) {
  const turned = Math.round(Math.acos(Math.max(-1, Math.min(1, -z))) * 180 / Math.PI);
  if (turned < 10) return 'the camera';
  const side = Math.abs(x) > 0.35 * Math.hypot(x, y) ? (x < 0 ? 'left' : 'right') : '';
  const tilt = Math.abs(y) > 0.35 * Math.hypot(x, y) ? (y < 0 ? 'up' : 'down') : '';
  return `${[tilt, side].filter(Boolean).join(' and ')}, ${turned}° from the camera`;
}
