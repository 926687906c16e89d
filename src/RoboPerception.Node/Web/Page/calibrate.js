import { Frames } from './frames.js';
import { follow as themed } from './theme.js';

const $ = (id) => document.getElementById(id);
const text = (id, value) => { if ($(id).textContent !== value) $(id).textContent = value; };
// Judged as calibration/README.md says.
const GOOD = 0.3;
const POOR = 1;
const MANY = 12;
const SILENT = 4000;

let views = null;
let over = false;
let asked = false;
let newest = performance.now();

themed($('theme'));

// --- Two switches that this browser keeps ---
const isOn = (id) => $(id).getAttribute('aria-pressed') === 'true';
for (const id of ['mirror', 'sound']) {
  const set = (on) => { $(id).setAttribute('aria-pressed', String(on)); if (id === 'mirror') $('stage').classList.toggle('mirrored', on); };
  $(id).addEventListener('click', () => { set(!isOn(id)); localStorage.setItem(id, String(isOn(id))); if (id === 'sound' && isOn(id)) beep(); });
  set(localStorage.getItem(id) === 'true');
}

let audio = null;
function beep() {
  audio ??= new AudioContext();
  audio.resume();
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = 880;
  volume.gain.setValueAtTime(0.2, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.15);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.15);
  navigator.vibrate?.(60);
}

// In a mirror left is right.
const sided = (words) => (isOn('mirror') && words.endsWith('of the image') ? words.replace(/\b(left|right)\b/g, (side) => (side === 'left' ? 'right' : 'left')) : words);
const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

const frames = new Frames(
  (state) => new Promise((drawn) => requestAnimationFrame(() => { show(state); drawn(); })),
  (isOpen) => { if (!isOpen && !over) { text('state', 'no connection'); $('state').dataset.state = 'lost'; } });

function show(state) {
  newest = performance.now();
  over = state.state === 'finished' || state.state === 'failed';
  document.body.classList.toggle('over', state.state === 'finished');
  text('state', state.state === 'collecting' && state.corners.length === 0 ? 'no board in sight' : state.state);
  $('state').dataset.state = state.state === 'collecting' && state.corners.length === 0 ? 'searching' : state.state;
  text('source', state.source);
  text('board', `${state.board}, lens ${state.model}`);
  draw(state);
  text('views', String(state.views));
  text('error', state.error === undefined ? '–' : state.error.toFixed(2));
  text('found', state.frames ? `${Math.round(100 * state.found / state.frames)} %` : '–');
  text('next', words(state));
  showGoals(state.goals);
  const few = state.fewest - state.views;
  $('finish').disabled = over || asked || state.state !== 'collecting' || few > 0;
  if (!asked) text('refusal', few > 0 ? `from ${state.fewest} views on` : '');
  if (views !== null && state.views > views && isOn('sound')) beep();
  views = state.views;
  if (over) end(state);
}

function words(state) {
  switch (state.state) {
    case 'finished': return 'The camera is calibrated.';
    case 'failed': return 'There is no calibration.';
    case 'calculating': return 'Enough. Calculating …';
    default: return capital(state.next ? sided(state.next) : 'Enough.') + (state.corners.length || !state.views ? '' : ' (no board in sight: all of it must be sharp and in the image)');
  }
}

function draw(state) {
  const canvas = $('picture');
  const picture = state.image;
  if (!picture) return;
  if (canvas.width !== picture.width || canvas.height !== picture.height) [canvas.width, canvas.height] = [picture.width, picture.height];
  const pen = canvas.getContext('2d');
  pen.drawImage(picture, 0, 0);
  picture.close();
  const isLive = state.state === 'collecting' || state.state === 'calculating';
  $('stage').classList.toggle('seen', isLive && state.corners.length > 0);
  if (!isLive) return;
  const radius = Math.max(2.5, canvas.width / 220);
  pen.lineWidth = radius / 2;
  [pen.fillStyle, pen.strokeStyle] = ['#3cff6e', '#063'];
  for (let i = 0; i < state.corners.length; i += 2) {
    pen.beginPath();
    pen.arc(state.corners[i] * canvas.width, state.corners[i + 1] * canvas.height, radius, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  }
  showMap(state.map, state.wanted);
}

function showMap(map, wanted) {
  const columns = map[0].length;
  const cells = map.flat();
  if ($('map').children.length !== cells.length) {
    $('map').style.setProperty('--columns', columns);
    $('map').replaceChildren(...cells.map(() => document.createElement('span')));
  }
  const [left, top, width, height] = wanted ?? [0, 0, 0, 0];
  cells.forEach((corners, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const isWanted = corners === 0 && column >= left && column < left + width && row >= top && row < top + height;
    $('map').children[i].className = isWanted ? 'wanted' : corners === 0 ? '' : corners < MANY ? 'some' : 'many';
  });
}

function showGoals(goals) {
  if ($('goals').children.length !== goals.length) {
    $('goals').replaceChildren(...goals.map(() => { const item = document.createElement('li'); item.innerHTML = '<span></span><b></b><div><span></span></div>'; return item; }));
  }
  goals.forEach((goal, i) => {
    const [name, figure, bar] = $('goals').children[i].children;
    const percent = Math.min(100, Math.round(100 * goal.have / goal.wanted));
    name.textContent = goal.name;
    // A share of what is wanted; numbers of views as they are.
    figure.textContent = goal.is_reached ? '✓' : goal.wanted < 1 ? `${percent} %` : `${goal.have} of ${goal.wanted}`;
    bar.firstChild.style.width = `${percent}%`;
    $('goals').children[i].classList.toggle('reached', goal.is_reached);
  });
}

function end(state) {
  frames.close();
  $('result').hidden = false;
  text('outcome', capital(state.outcome) + (state.next && state.file ? `. It would become better: ${state.next}.` : ''));
  const verdict = state.state === 'failed' ? 'none' : state.error < GOOD && !state.next ? 'good' : state.error < POOR ? 'usable' : 'poor';
  text('verdict', verdict);
  $('verdict').dataset.state = verdict === 'none' ? 'failed' : verdict;
  $('written').hidden = $('command').hidden = $('reading').hidden = !state.file;
  text('file', state.file ?? '');
  text('command', state.command ?? '');
}

$('finish').addEventListener('click', async () => {
  asked = true;
  $('finish').disabled = true;
  try {
    const answer = await (await fetch('api/finish', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })).json();
    if (answer.ok) return;
    text('refusal', answer.reason);
  } catch {
    text('refusal', 'no connection');
  }
  asked = false;
});

// A phone that sleeps holds up nothing; the picture comes back with it.
const follow = () => { if (document.hidden) frames.close(); else if (!over) frames.open('calibration'); };
document.addEventListener('visibilitychange', follow);
follow();
setInterval(() => {
  if (over || document.hidden || performance.now() - newest < SILENT) return;
  if ($('state').dataset.state !== 'lost') { text('state', 'no pictures'); $('state').dataset.state = 'searching'; }
}, 1000);
