'use strict';
// Draws the page from the data inside it; a live page asks its server for newer data.

const root = document.getElementById('report');
let data = JSON.parse(document.getElementById('data').textContent);

function el(parent, tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (className) element.className = className;
  return parent.appendChild(element);
}

const label = name => data.metrics[name];
const format = (name, value) => {
  const known = label(name);
  if (num(value) === null) return '–';
  return known ? `${(value * known.scale).toFixed(known.digits)}${known.unit === '°' ? '°' : ' ' + known.unit}` : short(value);
};
const mainOf = task => Object.keys(data.metrics).find(name => data.metrics[name].task === task && data.metrics[name].isMain);
const words = key => key.replace(/([A-Z])/g, ' $1').toLowerCase();
// mIoU keeps its own letters.
const capital = word => /^[a-z][A-Z]/.test(word) ? word : word[0].toUpperCase() + word.slice(1);
const figures = run => run.details?.metrics ?? run.best?.metrics ?? run.state.metrics ?? {};
const measured = run => run.log.filter(epoch => Object.keys(epoch.metrics ?? {}).length > 0);
const series = (log, value) => log.map(epoch => [epoch.epoch, value(epoch)]);

/** Relative improvement of a value over another, in percent; positive is better. */
function gain(name, value, base) {
  const [a, b] = [num(value), num(base)];
  if (a === null || b === null || b === 0) return null;
  return 100 * (label(name).higherIsBetter ? 1 : -1) * (a - b) / Math.abs(b);
}

function gainText(parent, percent, against) {
  const span = el(parent, 'span', `${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0)} %`, percent >= 0 ? 'good' : 'bad');
  span.title = `${percent >= 0 ? 'better' : 'worse'} than ${against}, relative`;
  return span;
}

function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  return seconds < 90 ? `${Math.round(seconds)} s` : minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

function facts(run) {
  const { state, details } = run;
  return [
    state.options.network,
    `${state.dataSet || 'data'}, ${state.trainingImages.toLocaleString('en')} images an epoch`,
    `${state.options.height}×${state.options.width}`,
    details?.parameters ? `${(details.parameters / 1e6).toFixed(2)} M parameters` : null,
    details?.gMac ? `${details.gMac.toFixed(2)} GMAC` : null,
    `${state.epoch} ${state.epoch === 1 ? 'epoch' : 'epochs'}, ${state.step.toLocaleString('en')} steps in ${duration(state.elapsedSeconds)}`,
    state.commit ? `commit ${state.commit.slice(0, 10)}` : null,
  ].filter(Boolean).join(' · ');
}

/** The figures of each task, large, with what they are to be held against. */
function headline(section, run) {
  const values = figures(run);
  const cards = el(section, 'div', null, 'cards');
  for (const task of run.tasks) {
    const name = mainOf(task);
    if (!name || num(values[name]) === null) continue;
    const card = el(cards, 'div', null, 'card');
    el(card, 'span', label(name).label, 'label');
    el(card, 'b', format(name, values[name]));
    const against = el(card, 'div', null, 'small');
    // A baseline names one figure a task, which need not be the one shown large.
    const base = Object.entries(run.state.options.baseline ?? {}).find(([key]) => label(key)?.task === task);
    if (base) {
      gainText(against, gain(base[0], values[base[0]], base[1]), 'the baseline of the recipe');
      el(against, 'span', ` ${base[0] === name ? '' : label(base[0]).label + ' '}against the baseline's ${format(...base)}`, 'soft');
    } else if (num(run.details?.constant?.[name] ?? null) !== null) {
      el(against, 'span', `without looking at the image: ${format(name, run.details.constant[name])}`, 'soft');
    } else {
      el(against, 'span', label(name).higherIsBetter ? 'higher is better' : 'lower is better', 'soft');
    }
    const also = el(card, 'div', null, 'also');
    for (const [other, known] of Object.entries(data.metrics)) {
      if (known.task === task && other !== name && num(values[other]) !== null) {
        el(also, 'span', known.label.replace(/ of normals$| depth(?= )|^depth /, '').trim() || known.label);
        el(also, 'span', format(other, values[other]));
      }
    }
  }
}

/** What the curves say, in sentences. */
function findings(section, run) {
  const list = el(section, 'ul', null, 'findings');
  const checks = measured(run);
  if (run.best) {
    const item = el(list, 'li', `Best at epoch ${run.best.epoch} of ${run.state.epoch} (${checks.length} validations, chosen by ${run.state.options.baseline ? 'multi-task gain over the baseline' : 'the combined score'} `);
    item.append(`${run.state.options.baseline ? (100 * run.best.bestScore).toFixed(2) + ' %' : short(run.best.bestScore)}).`);
    if (run.best.epoch === run.state.epoch && run.state.epoch > 2) item.append(' It was still improving when the run ended.');
  }
  for (const task of run.tasks) {
    const losses = series(run.log, epoch => num(epoch.validationLosses?.[task])).filter(point => point[1] !== null);
    if (losses.length < 4) continue;
    const lowest = losses.reduce((best, point) => point[1] < best[1] ? point : best);
    const last = losses[losses.length - 1];
    const rise = 100 * (last[1] - lowest[1]) / Math.abs(lowest[1]);
    const training = run.log[run.log.length - 1].losses?.[task];
    if (rise > 5 && last[0] > lowest[0]) {
      el(list, 'li', `${task}: the validation loss was lowest at epoch ${lowest[0]} and has risen by ${rise.toFixed(0)} % since` + (num(training) !== null && training < lowest[1] ? ', while the training loss fell: overfitting.' : '.'));
    }
  }
  const worst = (run.details?.classes ?? []).filter(entry => num(entry.iou) !== null && entry.share > 0).sort((a, b) => a.iou - b.iou).slice(0, 3);
  if (worst.length === 3) el(list, 'li', `Weakest classes: ${worst.map(entry => `${entry.name} (IoU ${(100 * entry.iou).toFixed(0)} %)`).join(', ')}.`);
  const conflicts = run.log.flatMap(epoch => Object.values(epoch.conflicts ?? {}).map(num)).filter(value => value !== null);
  if (conflicts.length > 0) {
    const against = conflicts.filter(value => value < 0).length;
    el(list, 'li', `Gradients of two tasks pointed against each other in ${against} of ${conflicts.length} measurements.`);
  }
  if (!list.firstChild) list.remove();
}

function curves(section, runs) {
  el(section, 'h2', 'Curves');
  const one = runs.length === 1;
  const host = el(section, 'div', null, 'charts');
  const colours = palette();
  const best = one && runs[0].best ? { x: runs[0].best.epoch, label: 'best' } : null;
  const tasks = [...new Set(runs.flatMap(run => run.log.flatMap(epoch => Object.keys(epoch.losses))))];
  for (const task of tasks) {
    const lines = runs.flatMap((run, r) => {
      const name = one ? '' : run.name + ' ';
      return [
        { label: `${name}training`, colour: colours[one ? 0 : r % colours.length], dash: one ? undefined : [4, 3], width: one ? 2 : 1.3, points: series(run.log, epoch => epoch.losses?.[task]) },
        { label: `${name}validation`, colour: colours[one ? 1 : r % colours.length], points: series(run.log, epoch => epoch.validationLosses?.[task]).filter(point => num(point[1]) !== null) },
      ];
    });
    addChart(host, lines, { title: `Loss of ${task}`, across: 'epoch', whole: true, mark: best, sync: 'epoch' });
  }
  for (const [name, known] of Object.entries(data.metrics)) {
    if (!known.isMain && !['segmentation.pixel_accuracy_pooled', 'depth.rmse_pooled', 'normals.below_11_25_pooled'].includes(name)) continue;
    const scaled = value => num(value) === null ? null : value * known.scale;
    const lines = runs.map((run, r) => ({ label: one ? 'validation' : run.name, colour: colours[r % colours.length], points: series(measured(run), epoch => scaled(epoch.metrics[name])) }));
    const flat = (text, value, dash) => {
      const checks = measured(runs[0]);
      if (num(value) !== null && checks.length > 1 && lines[0].points.some(point => num(point[1]) !== null)) {
        lines.push({ label: text, colour: style('--soft'), dash, flat: true, width: 1.3, points: [[checks[0].epoch, scaled(value)], [checks[checks.length - 1].epoch, scaled(value)]] });
      }
    };
    if (one) flat('baseline', runs[0].state.options.baseline?.[name], [8, 4]);
    if (known.isMain) flat('constant prediction', runs[0].details?.constant?.[name], [2, 4]);
    addChart(host, lines, { title: `${capital(known.label)}, ${known.higherIsBetter ? 'higher' : 'lower'} is better`, across: 'epoch', whole: true, unit: known.unit, mark: best, sync: 'epoch' });
  }
  addChart(host, runs.map((run, r) => ({ label: one ? 'learning rate' : run.name, colour: colours[r % colours.length], points: series(run.log, epoch => epoch.learningRate) })), { title: 'Learning rate at the end of the epoch', across: 'epoch', whole: true, log: true, sync: 'epoch' });
}

function balance(section, runs) {
  const one = runs.length === 1;
  if (!runs.some(run => run.log.some(epoch => Object.keys(epoch.weights ?? {}).length > 1))) return;
  el(section, 'h2', 'Balance of the tasks');
  const host = el(section, 'div', null, 'charts');
  for (const run of runs) {
    const name = one ? '' : `${run.name}: `;
    const tasks = Object.keys(run.log[0]?.weights ?? {});
    addChart(host, tasks.map(task => ({ label: task, points: series(run.log, epoch => epoch.weights?.[task]) })), { title: `${name}Weights of the tasks (${run.state.options.weighting})`, across: 'epoch', whole: true, sync: 'epoch' });
    const pairs = [...new Set(run.log.flatMap(epoch => Object.keys(epoch.conflicts ?? {})))];
    addChart(host, pairs.map(pair => ({ label: pair, points: series(run.log, epoch => epoch.conflicts?.[pair]).filter(point => num(point[1]) !== null) })), {
      title: `${name}Agreement of the tasks' gradients`, note: 'Cosine between the gradients of two tasks over the parameters they share, on one fixed batch: below 0 they pull in opposite directions.', across: 'epoch', whole: true, low: -1, high: 1, sync: 'epoch',
    });
  }
}

function classes(section, runs) {
  const known = runs.filter(run => run.details?.classes?.length);
  if (known.length === 0) return;
  const one = known.length === 1;
  const colours = palette();
  el(section, 'h2', 'Classes');
  const two = el(section, 'div', null, one ? 'two' : '');
  const left = el(two, 'div');
  el(left, 'h3', 'Intersection over union');
  const bars = el(left, 'div', null, 'bars');
  for (const head of ['', '', 'IoU', 'of pixels']) el(bars, 'span', head, 'head');
  known[0].details.classes.map((entry, c) => ({ entry, c })).sort((a, b) => (num(b.entry.iou) ?? -1) - (num(a.entry.iou) ?? -1)).forEach(({ entry, c }) => {
    const name = el(bars, 'span');
    el(name, 'span', '', 'swatch').style.background = entry.colour;
    name.append(entry.name);
    const track = el(bars, 'span');
    known.forEach((run, r) => {
      const line = el(track, 'div', null, 'track');
      const bar = el(line, 'div', null, 'bar');
      const iou = num(run.details.classes[c]?.iou);
      bar.style.width = `${100 * (iou ?? 0)}%`;
      bar.style.background = colours[r % colours.length];
      bar.title = `${run.name}: ${iou === null ? 'not in these images' : (100 * iou).toFixed(1) + ' %'}`;
    });
    el(bars, 'span', known.map(run => num(run.details.classes[c]?.iou) === null ? '–' : (100 * run.details.classes[c].iou).toFixed(1)).join(' / ')).style.textAlign = 'right';
    el(bars, 'span', (100 * entry.share).toFixed(1) + ' %', 'soft').style.textAlign = 'right';
  });
  if (!one) {
    el(left, 'p', known.map(run => run.name).join(' / '), 'soft small');
    return;
  }
  const right = el(two, 'div');
  el(right, 'h3', 'Confusion: of the pixels of a class (row), the share predicted as another (column), in percent');
  matrix(right, known[0].details);
}

function matrix(host, details) {
  const count = details.classes.length;
  const table = el(el(host, 'div', null, 'scroll'), 'table', null, count > 20 ? 'matrix many' : 'matrix');
  const head = el(el(table, 'thead'), 'tr');
  el(head, 'th');
  if (count <= 20) details.classes.forEach(entry => el(el(head, 'th'), 'span', entry.name));
  const body = el(table, 'tbody');
  const mistakes = [];
  details.confusion.forEach((row, t) => {
    const all = row.reduce((sum, value) => sum + value, 0);
    const line = el(body, 'tr');
    el(line, 'th', details.classes[t].name);
    row.forEach((value, p) => {
      const share = all ? value / all : 0;
      const cell = el(line, 'td', all && Math.round(100 * share) > 0 ? String(Math.round(100 * share)) : '');
      cell.style.background = `rgba(var(--heat), ${(0.06 + 0.84 * share).toFixed(3)})`;
      if (share > 0.55) cell.style.color = 'var(--page)';
      cell.title = `${details.classes[t].name} as ${details.classes[p].name}: ${(100 * share).toFixed(1)} %`;
      if (t !== p && all) mistakes.push({ t, p, value, share });
    });
  });
  const total = details.confusion.flat().reduce((sum, value) => sum + value, 0);
  mistakes.sort((a, b) => b.value - a.value);
  el(host, 'p', 'Most pixels are lost as: ' + mistakes.slice(0, 5).filter(entry => entry.value > 0).map(entry => `${details.classes[entry.t].name} → ${details.classes[entry.p].name} (${(100 * entry.value / total).toFixed(1)} % of all)`).join(', ') + '.', 'soft small');
}

function geometry(section, runs) {
  const one = runs.length === 1;
  const colours = palette();
  const depths = runs.filter(run => run.details?.depth?.length), angles = runs.filter(run => run.details?.angles?.length);
  if (depths.length + angles.length === 0) return;
  el(section, 'h2', 'Depth and normals');
  const host = el(section, 'div', null, 'charts');
  if (depths.length > 0 && one) {
    const points = key => depths[0].details.depth.map(entry => [entry.distance, entry[key]]);
    addChart(host, [
      { label: 'of pixels, %', colour: style('--soft'), bars: true, width: 0, right: true, points: points('share').map(([x, y]) => [x, 100 * y]) },
      { label: 'relative, %', colour: colours[1], right: true, points: points('relative').map(([x, y]) => [x, 100 * y]) },
      { label: 'absolute, m', colour: colours[0], points: points('absolute') },
    ], { title: 'Depth error against true distance', across: 'true distance, m', unit: 'm', rightUnit: '%', low: 0, rightLow: 0 });
  } else if (depths.length > 0) {
    for (const [key, title, factor, unit] of [['absolute', 'Absolute depth error against true distance', 1, 'm'], ['relative', 'Relative depth error against true distance', 100, '%']]) {
      addChart(host, depths.map((run, r) => ({ label: run.name, colour: colours[r % colours.length], points: run.details.depth.map(entry => [entry.distance, factor * entry[key]]) })), { title, across: 'true distance, m', unit, low: 0 });
    }
  }
  if (angles.length > 0) {
    const upTo = 90;
    addChart(host, angles.map((run, r) => ({ label: one ? 'of pixels, % a degree' : run.name, colour: colours[r % colours.length], bars: one, points: run.details.angles.slice(0, upTo + 1).map((share, degree) => [degree, 100 * share]) })),
      { title: 'Angle between predicted and true normal', across: 'degrees', unit: '% of pixels', low: 0, whole: true });
    addChart(host, angles.map((run, r) => {
      let sum = 0;
      return { label: one ? 'within the angle, %' : run.name, colour: colours[r % colours.length], points: [[0, 0], ...run.details.angles.slice(0, upTo).map((share, degree) => [degree + 1, 100 * (sum += share)])] };
    }), { title: 'Share of normals within an angle', across: 'degrees', unit: '% of pixels', low: 0, high: 100, whole: true });
  }
}

function gallery(section, run) {
  if (run.gallery.length === 0) return;
  el(section, 'h2', 'Images');
  el(section, 'p', 'Validation images ranked by the combined score: the best, the middle and the worst. Error maps: wrong classes red; depth dark to bright at half the distance off; normals at 60° off; black where nothing is known.', 'soft small');
  for (const shot of run.gallery) {
    const box = el(section, 'div', null, 'shot');
    el(box, 'h3', `${capital(shot.kind)}: image ${shot.image}, score ${short(num(shot.score))}`);
    const row = el(box, 'div', null, 'row');
    picture(row, shot.photograph, 'image');
    const tasks = el(row, 'div', null, 'tasks');
    for (const task of shot.tasks) {
      el(tasks, 'div', `${task.key}: ${task.figure}`, 'name');
      picture(tasks, task.groundTruth, 'ground truth');
      picture(tasks, task.prediction, 'prediction');
      picture(tasks, task.error, 'error');
    }
  }
}

function picture(parent, address, caption) {
  const figure = el(parent, 'figure');
  const image = el(figure, 'img');
  image.src = address;
  image.alt = caption;
  el(figure, 'figcaption', caption);
}

const text = value => value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value);

function recipe(section, runs) {
  el(section, 'h2', 'Recipe');
  const keys = [...new Set(runs.flatMap(run => Object.keys(run.state.options)))];
  const all = keys.map(key => ({ key, values: runs.map(run => text(run.state.options[key])) }));
  for (const fact of ['dataSet', 'trainingImages', 'commit']) all.unshift({ key: fact, values: runs.map(run => text(run.state[fact])) });
  const differs = row => row.values.some(value => value !== row.values[0]);
  const show = (host, rows, mark) => {
    const table = el(el(host, 'div', null, 'scroll'), 'table');
    if (runs.length > 1) {
      const head = el(el(table, 'thead'), 'tr');
      el(head, 'th');
      runs.forEach(run => el(head, 'th', run.name));
    }
    const body = el(table, 'tbody');
    for (const row of rows) {
      const line = el(body, 'tr', null, mark ? 'differs' : '');
      el(line, 'th', words(row.key));
      (mark ? row.values : row.values.slice(0, 1)).forEach(value => el(line, 'td', value));
    }
  };
  const different = all.filter(differs);
  if (runs.length > 1) {
    el(section, 'p', different.length ? 'What differs:' : 'The recipes do not differ.', 'soft');
    if (different.length) show(section, different, true);
  }
  const fold = el(section, 'details');
  el(fold, 'summary', runs.length > 1 ? 'What all have in common' : 'Every option');
  show(fold, all.filter(row => !differs(row)), false);
}

function comparison(section, runs) {
  const names = Object.keys(data.metrics).filter(name => runs.some(run => num(figures(run)[name]) !== null));
  const table = el(el(section, 'div', null, 'scroll'), 'table');
  const head = el(el(table, 'thead'), 'tr');
  el(head, 'th', 'run');
  el(head, 'th', 'best epoch', 'n');
  names.forEach(name => el(head, 'th', `${label(name).label} ${label(name).higherIsBetter ? '↑' : '↓'}`, 'n'));
  const body = el(table, 'tbody');
  const colours = palette();
  runs.forEach((run, r) => {
    const line = el(body, 'tr');
    const name = el(line, 'td');
    el(name, 'span', '', 'swatch').style.background = colours[r % colours.length];
    name.append(run.name);
    el(line, 'td', `${run.best?.epoch ?? '–'} of ${run.state.epoch}`, 'n');
    for (const metric of names) {
      const value = num(figures(run)[metric]);
      const others = runs.map(other => num(figures(other)[metric])).filter(other => other !== null);
      const isBest = value !== null && value === (label(metric).higherIsBetter ? Math.max(...others) : Math.min(...others));
      const cell = el(line, 'td', format(metric, value), isBest && others.length > 1 ? 'n best' : 'n');
      const change = r > 0 ? gain(metric, value, figures(runs[0])[metric]) : null;
      if (change !== null) {
        el(cell, 'br');
        gainText(cell, change, runs[0].name).classList.add('small');
      }
    }
  });
  el(section, 'p', `Figures of each run's best checkpoint; the percentages are relative to ${runs[0].name}.`, 'soft small');
}

function render() {
  const top = scrollY;
  forgetCharts();
  root.replaceChildren();
  const runs = data.runs;
  const head = el(root, 'header');
  const title = el(head, 'h1', runs.length === 1 ? runs[0].name : `${runs.length} runs compared`);
  if (data.live) el(title, 'span', 'live', 'live');
  runs.forEach(run => el(head, 'p', (runs.length > 1 ? run.name + ': ' : '') + facts(run), 'facts'));
  const first = el(root, 'section');
  if (runs.length === 1) {
    headline(first, runs[0]);
    findings(first, runs[0]);
  } else {
    comparison(first, runs);
    recipe(el(root, 'section'), runs);
  }
  curves(el(root, 'section'), runs);
  classes(el(root, 'section'), runs);
  geometry(el(root, 'section'), runs);
  if (runs.length === 1) gallery(el(root, 'section'), runs[0]);
  balance(el(root, 'section'), runs);
  if (runs.length === 1) recipe(el(root, 'section'), runs);
  el(root, 'footer', 'Written by roboperception-train. Charts by uPlot (MIT licence, inside this file).');
  scrollTo(0, top);
}

async function follow() {
  let seen = '';
  for (;;) {
    await new Promise(done => setTimeout(done, 2000));
    try {
      const answer = await (await fetch('data.json')).text();
      if (answer !== seen && answer.startsWith('{')) {
        seen = answer;
        data = JSON.parse(answer);
        render();
      }
    } catch {
      document.querySelector('.live')?.remove();
    }
  }
}

dark.addEventListener('change', render);
render();
if (data.live) follow();
