import uPlot from './uPlot.esm.js';

const Colours = ['#8f7ee6', '#4c9aff', '#3fb68b', '#f2b04a', '#f26d6d', '#59c3d6'];
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A stack of areas: the stages of a frame one on the other; and lines for rates and age.
export class Charts {
  #samples = [];
  #stages = [];
  #plots = [];

  constructor(stacked, lines) {
    this.places = { stacked, lines };
    new ResizeObserver(() => this.#plots.forEach((p) => p.setSize({ width: p.root.parentElement.clientWidth, height: p.height }))).observe(stacked);
  }

  get last() { return this.#samples.at(-1)?.time ?? 0; }

  clear() { this.#samples = []; this.draw(); }

  add(stages, samples) {
    const rebuild = this.#plots.length === 0 || stages.join() !== this.#stages.join();
    this.#stages = stages;
    this.#samples = [...this.#samples, ...samples].slice(-300);
    if (rebuild) this.rebuild(); else this.draw();
  }

  rebuild() {
    this.#plots.forEach((p) => p.destroy());
    const axis = { stroke: style('--dim'), grid: { stroke: style('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui', size: 42 };
    const time = { ...axis, size: 28, space: 70, values: (_, ticks) => ticks.map((t) => new Date(t * 1000).toLocaleTimeString([], { hour12: false })) };
    const common = (place, legendValue) => ({
      width: place.clientWidth || 400, height: 210, cursor: { points: { size: 5 } }, legend: { live: true, markers: { width: 8 } }, padding: [8, 8, 0, 0], legendValue,
    });
    const number = (digits, unit) => (_, value) => (value == null ? '–' : `${value.toFixed(digits)}${unit}`);
    // uPlot draws series over each other: the highest sum first, each filled down to zero.
    const stages = this.#stages;
    const stacked = stages.map((name, i) => {
      const colour = Colours[i % Colours.length];
      return {
        label: name, stroke: colour, width: 1, fill: colour + 'd0', points: { show: false },
        value: (plot, _, __, at) => (at == null ? '–' : `${(this.#samples[at]?.stages[i] ?? 0).toFixed(1)} ms`),
      };
    });
    const bands = stages.slice(1).map((_, i) => ({ series: [i + 2, i + 1] }));
    this.#plots = [
      new uPlot({ ...common(this.places.stacked), bands, scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } }, axes: [time, axis], series: [{ value: (_, t) => (t == null ? '–' : new Date(t * 1000).toLocaleTimeString([], { hour12: false })) }, ...stacked] }, this.#stack(), this.places.stacked),
      new uPlot({
        ...common(this.places.lines),
        scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.15)] }, ms: { range: (_, __, max) => [0, Math.max(1, max * 1.15)] } },
        axes: [time, { ...axis }, { ...axis, scale: 'ms', side: 1, grid: { show: false } }],
        series: [
          { value: (_, t) => (t == null ? '–' : new Date(t * 1000).toLocaleTimeString([], { hour12: false })) },
          { label: 'published/s', stroke: '#3fb68b', width: 2, points: { show: false }, value: number(1, '') },
          { label: 'captured/s', stroke: '#4c9aff', width: 1.5, dash: [5, 4], points: { show: false }, value: number(1, '') },
          { label: 'dropped/s', stroke: '#f26d6d', width: 1.5, points: { show: false }, value: number(1, '') },
          { label: 'age', scale: 'ms', stroke: '#f2b04a', width: 2, points: { show: false }, value: number(0, ' ms') },
        ],
      }, this.#lines(), this.places.lines),
    ];
  }

  draw() {
    if (this.#plots.length === 0) return;
    this.#plots[0].setData(this.#stack());
    this.#plots[1].setData(this.#lines());
  }

  #stack() {
    const sums = this.#stages.map(() => []);
    for (const sample of this.#samples) {
      let sum = 0;
      this.#stages.forEach((_, i) => sums[i].push(sum += sample.stages[i]));
    }
    return [this.#samples.map((s) => s.time), ...sums];
  }

  #lines() {
    return [this.#samples.map((s) => s.time), ...['published', 'captured', 'dropped', 'age'].map((name) => this.#samples.map((s) => s[name]))];
  }
}
