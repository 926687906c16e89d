// Switches for what may be set while the node runs, and its recordings. The node says what there is; nothing is shown where it may not be used.
const $ = (id) => document.getElementById(id);

export class Control {
  #camera = '';
  #built = '';
  #listed = '';
  #recordings = false;

  constructor() {
    $('record').addEventListener('click', () => this.#record());
    $('reload').addEventListener('click', () => this.#ask('reload-model', {}, (answer) => (answer.changed ? `model ${answer.model} (${answer.model_id}) runs` : 'the model file is the one that runs')));
    $('snapshot').addEventListener('click', () => this.#snapshot());
    setInterval(() => { if (this.#recordings && !document.hidden) this.list(); }, 5000);
  }

  show(node, camera) {
    const { control } = node;
    $('control').hidden = !control;
    $('recordings').hidden = !node.recordings;
    $('record').hidden = !control || !node.recordings;
    if (node.recordings && !this.#recordings) this.list();
    this.#recordings = node.recordings;
    if (!control) return;
    this.#camera = camera;
    const parameters = control.cameras[camera] ?? [];
    this.#build(parameters);
    for (const parameter of parameters) {
      const input = $(`set-${parameter.name}`);
      // What somebody is typing is left alone.
      if (document.activeElement !== input && input.value !== parameter.value) input.value = parameter.value;
    }
    const running = control.recording ?? '';
    $('record').dataset.recording = running;
    $('record').textContent = running ? 'Stop recording' : 'Record';
    $('record').setAttribute('aria-pressed', String(running !== ''));
    $('recording').textContent = running ? `${running}: ${control.frames} frames` : '';
  }

  async list() {
    try {
      const response = await fetch('api/recordings');
      if (response.ok) this.#table(await response.json());
    } catch {
      // The page says that the node is lost.
    }
  }

  #build(parameters) {
    const key = `${this.#camera} ${JSON.stringify(parameters.map(({ name, words, minimum, maximum }) => [name, words, minimum, maximum]))}`;
    if (this.#built === key) return;
    this.#built = key;
    $('parameters').replaceChildren(...parameters.map((parameter) => {
      const label = document.createElement('label');
      label.title = parameter.meaning;
      label.append(parameter.name.replace('-', ' '));
      const input = document.createElement(parameter.words ? 'select' : 'input');
      input.id = `set-${parameter.name}`;
      if (parameter.words) input.append(...parameter.words.map((word) => new Option(word, word)));
      else Object.assign(input, { type: 'number', min: parameter.minimum, max: parameter.maximum, step: 'any' });
      input.value = parameter.value;
      input.addEventListener('change', () => this.#ask('set', { camera: this.#camera, parameter: parameter.name, value: input.value }, (answer) => `${answer.parameter} is ${answer.value}`)
        .then((answer) => { if (!answer) input.value = parameter.value; }));
      label.append(input);
      return label;
    }));
  }

  async #record() {
    const action = $('record').dataset.recording ? 'stop' : 'start';
    await this.#ask('record', { action }, (answer) => answer.summary ?? `recording ${answer.name}`);
    this.list();
  }

  async #snapshot() {
    const answer = await this.#ask('snapshot', { camera: this.#camera }, (found) => `frame ${found.sequence}`);
    if (!answer) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(answer)], { type: 'application/json' }));
    link.download = `${answer.camera}-${answer.sequence}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // The answer; null where the node refused, and then the page says why.
  async #ask(command, request, words) {
    const outcome = $('outcome');
    outcome.dataset.ok = '';
    outcome.textContent = `${command} ...`;
    let [ok, text, answer] = [false, '', null];
    try {
      const response = await fetch(`api/cmd/${command}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) });
      if (response.status === 401) return location.reload();
      answer = await response.json();
      ok = answer.ok;
      text = ok ? words(answer) : answer.reason;
    } catch {
      text = 'the node did not answer';
    }
    outcome.dataset.ok = String(ok);
    outcome.textContent = text;
    return ok ? answer : null;
  }

  #table(recordings) {
    const key = JSON.stringify(recordings);
    if (this.#listed === key) return;
    this.#listed = key;
    $('recorded').replaceChildren(...recordings.map((r) => {
      const row = document.createElement('tr');
      row.dataset.name = r.name;
      const name = document.createElement('td');
      if (r.is_whole) {
        const link = document.createElement('a');
        Object.assign(link, { href: `recordings/${encodeURIComponent(r.name)}`, download: r.name, textContent: r.name });
        name.append(link);
      } else name.textContent = `${r.name} (not whole)`;
      row.append(name, ...[size(r.bytes), r.frames == null ? '' : `${r.frames.toLocaleString('en')} frames`, r.seconds == null ? '' : duration(r.seconds), new Date(r.changed).toLocaleString()].map((text) => {
        const cell = document.createElement('td');
        cell.textContent = text;
        return cell;
      }));
      return row;
    }));
    $('norecordings').hidden = recordings.length > 0;
  }
}

function size(bytes) {
  const unit = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
  return `${(bytes / unit[1]).toFixed(1)} ${unit[0]}`;
}

function duration(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return minutes > 0 ? `${minutes} min ${rest.toFixed(0)} s` : `${rest.toFixed(1)} s`;
}
