'use strict';
// Charts of the report, drawn by uPlot: the legend stands below the plot, where it covers no line, and shows the values under the cursor.

const dark = matchMedia('(prefers-color-scheme: dark)');
const palette = () => dark.matches
  ? ['#58a6ff', '#f0883e', '#56d364', '#bc8cff', '#ff7eb6', '#39c5cf', '#e3b341', '#9aa5b1']
  : ['#0b6bcb', '#c2410c', '#15803d', '#7e22ce', '#be185d', '#0f766e', '#a16207', '#59636e'];
const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// NaN and infinities come as strings.
const num = value => typeof value === 'number' && Number.isFinite(value) ? value : null;

// Steps between ticks; the library's own have 2.5 among them, whose multiples read less well.
const round = Array.from({ length: 48 }, (_, i) => +`${[1, 2, 5][i % 3]}e${Math.floor(i / 3) - 9}`);

/** A value as short as it stays telling. */
function short(value) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(1);
  return String(+value.toPrecision(size >= 1000 ? 4 : 3));
}

const drawn = [];
const watcher = new ResizeObserver(entries => entries.forEach(entry => {
  const chart = entry.target.chart;
  const width = Math.floor(entry.contentRect.width);
  if (chart && width > 0 && width !== chart.width) chart.setSize({ width, height: chart.height });
}));

/** Removes every chart: before the page is drawn anew. */
function forgetCharts() {
  drawn.splice(0).forEach(({ host, chart }) => { watcher.unobserve(host); chart.destroy(); });
}

/**
 * Adds a chart to a host.
 * lines: [{label, points: [[x, y]], colour, dash, width, right, bars, flat}]; options: {title, note, across, whole, log, unit, rightUnit, mark: {x, label}, low, high, sync}.
 */
function addChart(parent, lines, options) {
  const shown = lines.filter(line => line.points.some(point => num(point[1]) !== null));
  if (shown.length === 0) return;
  const box = parent.appendChild(document.createElement('div'));
  box.className = 'chart';
  box.appendChild(document.createElement('h3')).textContent = options.title;
  if (options.note) {
    const note = box.appendChild(document.createElement('p'));
    note.className = 'soft small';
    note.textContent = options.note;
  }
  const host = box.appendChild(document.createElement('div'));
  const xs = [...new Set(shown.flatMap(line => line.points.map(point => point[0])))].sort((a, b) => a - b);
  const place = new Map(xs.map((x, i) => [x, i]));
  const columns = shown.map(line => {
    const column = new Array(xs.length).fill(null);
    line.points.forEach(([x, y]) => { column[place.get(x)] = options.log && y <= 0 ? null : num(y); });
    return column;
  });
  // Of lines that are one and the same, the later ones leave gaps for the earlier.
  const same = columns.map(column => JSON.stringify(column));
  const dashes = same.map((text, i) => {
    const [all, before] = [same.filter(other => other === text).length, same.slice(0, i).filter(other => other === text).length];
    return before > 0 ? [8 * (all - before), 8 * before] : undefined;
  });
  const colours = palette();
  const axis = scale => ({
    scale, stroke: style('--soft'), font: '11px system-ui, sans-serif', labelFont: '11px system-ui, sans-serif', labelSize: 18, labelGap: 0, gap: 4,
    grid: { stroke: style('--line'), width: 1 }, ticks: { stroke: style('--line'), width: 1, size: 4 },
  });
  const wide = (u, values, index, cycle) => {
    if (cycle > 1) return u.axes[index]._size;
    const longest = (values || []).reduce((most, value) => Math.max(most, String(value ?? '').length), 0);
    return Math.ceil(12 + longest * 6.6);
  };
  const across = { ...axis('x'), label: options.across, space: 46, size: 24, values: (u, splits) => splits.map(x => options.whole && !Number.isInteger(x) ? '' : short(x)) };
  across.incrs = options.whole ? round.filter(step => step >= 1) : round;
  // As many decimals as tell neighbours apart.
  const names = (u, splits) => {
    const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 0;
    const digits = Math.max(0, -Math.floor(Math.log10(step || 1) + 1e-9));
    return splits.map(y => y === null ? '' : options.log || digits > 5 ? short(y) : String(+y.toFixed(digits)));
  };
  const left = { ...axis('y'), size: wide, values: names, label: options.unit, space: 34, incrs: round };
  if (options.log) left.splits = (u, index, low, high) => decades(low, high);
  const right = { ...axis('right'), side: 1, size: wide, values: names, label: options.rightUnit, grid: { show: false }, space: 34, incrs: round };
  const range = (low, high) => (u, min, max) => {
    if (min === null || max === null) return [0, 1];
    // What does not change is drawn in the middle, not as if its last digit mattered.
    const room = max > min ? (max - min) * 0.06 : Math.abs(max) * 0.1 || 1;
    // What is never negative has no axis below zero.
    return [low ?? (min >= 0 ? Math.max(0, min - room) : min - room), high ?? max + room];
  };
  const chart = new uPlot({
    width: Math.max(host.clientWidth, 240), height: 230,
    padding: [8, shown.some(line => line.right) ? 0 : 12, 0, 0],
    scales: {
      x: { time: false, range: (u, min, max) => min === max ? [min - 1, max + 1] : [min, max] },
      y: options.log ? { distr: 3 } : { range: range(options.low, options.high) },
      right: { range: range(options.rightLow) },
    },
    axes: shown.some(line => line.right) ? [across, left, right] : [across, left],
    series: [
      { label: options.across, value: (u, x) => short(x) },
      ...shown.map((line, i) => ({
        label: line.label, scale: line.right ? 'right' : 'y', stroke: line.colour ?? colours[i % colours.length], width: line.width ?? 2, dash: line.dash ?? dashes[i], spanGaps: true,
        fill: line.bars ? (line.colour ?? colours[i % colours.length]) + '55' : undefined, paths: line.bars ? uPlot.paths.bars({ size: [1, Infinity], gap: 0 }) : undefined,
        points: { show: !line.bars && !line.flat && line.points.length <= 30, size: 5 }, value: (u, y) => short(y),
      })),
    ],
    cursor: { sync: options.sync ? { key: options.sync } : undefined, y: false, drag: { x: true, y: false } },
    legend: { markers: { width: 2, dash: (u, i) => u.series[i].dash ? 'dashed' : 'solid' } },
    hooks: { ready: [u => u.setLegend({ idx: xs.length - 1 })], draw: options.mark ? [u => drawMark(u, options.mark)] : [] },
  }, [xs, ...columns], host);
  host.chart = chart;
  watcher.observe(host);
  drawn.push({ host, chart });
}

/** Powers of ten between two values; with fewer than two of them also their doubles and fives. */
function decades(low, high) {
  const all = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    [1, 2, 5].forEach(factor => all.push(+(factor * 10 ** power).toPrecision(1)));
  }
  const inside = all.filter(value => value >= low && value <= high);
  const whole = inside.filter(value => Number.isInteger(+Math.log10(value).toFixed(9)));
  return whole.length > 1 ? whole : inside;
}

/** A vertical line with a word at its head, such as the best epoch. */
function drawMark(u, mark) {
  const x = u.valToPos(mark.x, 'x', true);
  const { left, top, width, height } = u.bbox;
  if (x < left || x > left + width) return;
  const ratio = devicePixelRatio || 1;
  u.ctx.save();
  u.ctx.strokeStyle = style('--soft');
  u.ctx.fillStyle = style('--soft');
  u.ctx.lineWidth = ratio;
  u.ctx.setLineDash([3 * ratio, 3 * ratio]);
  u.ctx.beginPath();
  u.ctx.moveTo(x, top);
  u.ctx.lineTo(x, top + height);
  u.ctx.stroke();
  u.ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  u.ctx.textBaseline = 'top';
  u.ctx.textAlign = x > left + width * 0.7 ? 'right' : 'left';
  u.ctx.fillText(mark.label, x + (u.ctx.textAlign === 'left' ? 4 : -4) * ratio, top + 1);
  u.ctx.restore();
}
