import { Frames } from './frames.js';
import { Views } from './views.js';
import { Charts } from './charts.js';
import { Control } from './control.js';
import { follow as themed } from './theme.js';

const $ = (id) => document.getElementById(id);
const text = (id, value) => { if ($(id).textContent !== value) $(id).textContent = value; };
const views = new Views();
const charts = new Charts($('stages'), $('rates'));
const control = new Control();
let camera = '';
let session = '';

const frames = new Frames((frame) => new Promise((drawn) => requestAnimationFrame(() => { views.show(frame); drawn(); })), () => {});

themed($('theme'), () => charts.rebuild());

// --- Frames: only while somebody looks ---
const isPaused = () => $('pause').getAttribute('aria-pressed') === 'true';
function follow() {
  if (camera && !document.hidden && !isPaused()) frames.open(camera); else frames.close();
}
$('pause').addEventListener('click', () => {
  $('pause').setAttribute('aria-pressed', String(!isPaused()));
  $('pause').textContent = isPaused() ? 'Go on' : 'Pause';
  follow();
});
document.addEventListener('visibilitychange', follow);
$('camera').addEventListener('change', () => choose($('camera').value));

function choose(id) {
  camera = id;
  charts.clear();
  follow();
}

// --- Everything else, once a second ---
async function update() {
  try {
    const response = await fetch('api/node');
    if (response.status === 401) return location.reload();
    show(await response.json());
    const samples = await (await fetch(`api/history/${encodeURIComponent(camera)}?after=${charts.last}`)).json();
    if (samples.length > 0) charts.add(stages, samples);
  } catch {
    text('state', 'lost');
    $('state').dataset.state = 'lost';
  } finally {
    setTimeout(update, 1000);
  }
}

let stages = [];
function show(node) {
  const { description, metrics, health, model } = node;
  if (session !== description.session) {
    session = description.session;
    $('camera').replaceChildren(...description.cameras.map((c) => new Option(c.id, c.id)));
    $('camera').hidden = description.cameras.length < 2;
    choose(description.cameras[0].id);
  }
  stages = node.stages;
  const about = description.cameras.find((c) => c.id === camera);
  const figures = metrics?.cameras.find((c) => c.camera === camera);
  document.title = `${description.node} · RoboPerception`;
  text('node', description.node);
  text('source', about ? `${about.source}${about.source_width ? `  ${about.source_width}×${about.source_height}` : ''}` : '');
  text('state', node.state);
  $('state').dataset.state = node.state;
  text('fps', figures ? figures.frames_per_second.toFixed(1) : '–');
  text('age', figures?.age ? figures.age.p50.toFixed(0) : '–');
  text('provider', description.execution_provider ?? '–');
  text('viewers', String(node.viewers ?? 0));
  views.describe(node.labels);
  showHealth(health.components, description.unavailable_providers ?? {});
  if (figures) showCounters(figures);
  showModel(model);
  control.show(node, camera);
  text('log', (node.log ?? []).join('\n'));
}

function showHealth(components, unavailable) {
  const entries = components.map((c) => ({ ...c, values: c.values ?? {} }));
  for (const [name, reason] of Object.entries(unavailable)) {
    entries.push({ name: `provider ${name}`, level: 'unused', message: reason, values: {} });
  }
  $('health').replaceChildren(...entries.map((c) => {
    const item = document.createElement('li');
    item.dataset.level = c.level;
    item.dataset.name = c.name;
    item.dataset.cause = c.cause ?? '';
    item.innerHTML = '<span class="dot"></span><span><b></b></span><p></p>';
    item.children[1].firstChild.textContent = c.name;
    if (c.cause) {
      const cause = document.createElement('span');
      cause.className = 'cause';
      cause.textContent = c.cause;
      item.children[1].append(cause);
    }
    item.children[2].textContent = [c.message, ...Object.entries(c.values).map(([k, v]) => `${k}: ${v}`)].join('; ');
    return item;
  }));
}

const row = (cells, className = '') => {
  const line = document.createElement('tr');
  line.className = className;
  line.append(...cells.map((c) => { const cell = document.createElement('td'); cell.textContent = c; return cell; }));
  return line;
};

function showCounters(figures) {
  const count = (n) => n.toLocaleString('en');
  const lost = (name, n) => { const line = row([name, count(n)], n > 0 ? 'lost' : ''); line.dataset.cause = name; return line; };
  $('counters').replaceChildren(
    row(['captured', count(figures.captured)]), row(['published', count(figures.published)]),
    ...Object.entries(figures.dropped).map(([cause, n]) => lost(`dropped: ${cause}`, n)),
    ...Object.entries(figures.superseded).filter(([, n]) => n > 0).map(([topic, n]) => lost(`${topic}: replaced unsent`, n)));
  const head = document.createElement('tr');
  head.innerHTML = '<th>stage</th><th>p50</th><th>p95</th><th>p99</th>';
  const line = (name, s) => row([name, s.p50.toFixed(1), s.p95.toFixed(1), s.p99.toFixed(1)]);
  $('latency').replaceChildren(head, ...Object.entries(figures.stages).map(([name, s]) => line(name, s)), ...(figures.age ? [line('age', figures.age)] : []));
}

// The figures that models are compared by; the others are unfolded on demand.
const compared = {
  'segmentation.miou_pooled': ['mIoU', (v) => `${(100 * v).toFixed(1)} %`], 'segmentation.pixel_accuracy_pooled': ['pixel accuracy', (v) => `${(100 * v).toFixed(1)} %`],
  'depth.absolute_error_pooled': ['depth, absolute error', (v) => `${v.toFixed(2)} m`], 'depth.relative_error_pooled': ['depth, relative error', (v) => `${(100 * v).toFixed(1)} %`],
  'normals.mean_angle_pooled': ['normals, mean angle', (v) => `${v.toFixed(1)}°`],
};

function showModel(model) {
  const key = JSON.stringify(model);
  if ($('model').dataset.key === key) return;
  $('model').dataset.key = key;
  const metrics = model.metrics ?? {};
  fill($('model'), [
    ['name', model.name], ['architecture', model.architecture], ['trained on', model.data_set], ['grid', `${model.width} × ${model.height}`],
    ['depth range', model.range_metres ? `${model.range_metres[0].toFixed(1)} to ${model.range_metres[1].toFixed(1)} m` : '–'],
    ...Object.entries(compared).filter(([name]) => name in metrics).map(([name, [words, text]]) => [words, text(metrics[name])]),
    ['licence', model.licence], ['id', model.id],
  ]);
  $('measured').hidden = Object.keys(metrics).length === 0;
  fill($('measured').lastElementChild, Object.entries(metrics).map(([name, value]) =>
    [name.replace('.', ': ').replace(/(\d)_(\d)/g, '$1.$2').replaceAll('_', ' '), String(Number(value.toFixed(4)))]));
}

function fill(list, facts) {
  list.replaceChildren(...facts.flatMap(([name, value]) => {
    const [term, definition] = [document.createElement('dt'), document.createElement('dd')];
    [term.textContent, definition.textContent] = [name, value];
    return [term, definition];
  }));
}

update();
