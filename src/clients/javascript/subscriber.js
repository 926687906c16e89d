import { PayloadError } from './errors.js';
import { decode, readHeader, splitBundle } from './payload.js';

const DENSE = ['segmentation', 'depth', 'normals'];
const NODE_DOCUMENTS = ['status', 'description', 'health', 'metrics'], CAMERA_DOCUMENTS = ['info', 'labels'];
const MOST_OPEN_FRAMES = 4;

const MOST_TURNS = 100;

/** The event loop's next turn: what has come meanwhile is handed over before. */
const turn = globalThis.setImmediate === undefined ? () => new Promise(resolve => setTimeout(resolve)) : () => new Promise(resolve => setImmediate(resolve));

/**
 * Receives the outputs of one camera of a node and keeps only the newest of each, so that a program of any speed sees a frame that is at most
 * one of its own periods old; what it misses is counted. JavaScript has one thread: what came while the program worked waits in the socket, so
 * `take` first lets all of it in.
 */
export class PerceptionSubscriber {
  #client;
  #decoder = new TextDecoder();
  #outputsByTopic = new Map();
  #documentsByTopic = new Map();
  #documents = {};
  #slots = new Map();
  #open = new Map();
  #complete;
  #last = new Map();
  #counters = {};
  #session;
  #newestPublished = 0n;
  #waiting = new Set();
  #arrived = 0;
  #camera;
  #bundleTopic;
  #bundleWanted = false;
  #bundled = false;

  /** Messages that were damaged and thrown away. */
  damaged = 0;
  /** Frames of an old session, out of order or retained, thrown away. */
  stale = 0;

  /** `mqtt`: the module mqtt.js, which the program brings; `options`: passed on to its connect (username, password, ca, ...). */
  constructor({ mqtt, broker, node, camera, outputs = DENSE, prefix = 'roboperception', options = {} }) {
    const unknown = outputs.filter(output => !DENSE.includes(output));
    if (unknown.length > 0 || outputs.length === 0) {
      throw new RangeError(`The output '${unknown}' is not known: choose from ${DENSE.join(', ')}.`);
    }
    const root = `${prefix}/v1/${node}`;
    for (const output of outputs) {
      this.#outputsByTopic.set(`${root}/cam/${camera}/${output}`, output);
      this.#counters[output] = { received: 0, superseded: 0, missing: 0 };
    }
    NODE_DOCUMENTS.forEach(name => this.#documentsByTopic.set(`${root}/${name}`, name));
    CAMERA_DOCUMENTS.forEach(name => this.#documentsByTopic.set(`${root}/cam/${camera}/${name}`, name));
    this.#camera = camera;
    this.#bundleTopic = `${root}/cam/${camera}/bundle`;
    this.#client = mqtt.connect(broker, { protocolVersion: 5, resubscribe: false, ...options });
    this.#client.on('connect', () => {
      this.#bundleWanted = this.#bundled = false;
      this.#client.subscribe([...this.#outputsByTopic.keys()], { qos: 0 });
      this.#client.subscribe([...this.#documentsByTopic.keys()], { qos: 1 });
    });
    // What waits here is old by the time the broker is back.
    this.#client.on('close', () => this.#clear());
    // mqtt.js tries again by itself; without a listener the first failure would end the program.
    this.#client.on('error', error => {
      this.lastError = error;
    });
    this.#client.on('message', (topic, payload, packet) => this.#onMessage(topic, payload, packet.retain));
  }

  /** Why the broker could not be reached or refused us; undefined if it never did. */
  lastError;

  /** True while the broker is there. Whether the node is, says `status`. */
  get connected() {
    return this.#client.connected;
  }

  /** Ends the connection. */
  close() {
    return this.#client.endAsync();
  }

  /** The newest frame of an output that was not taken yet; null when none came within so many seconds. Throws PayloadError if its pixels are damaged. */
  async take(output, timeout) {
    const payload = await this.takePayload(output, timeout);
    return payload === null ? null : decode(payload);
  }

  /** The same as it arrived, to record or forward it. */
  async takePayload(output, timeout) {
    this.#require(output);
    await this.#until(() => this.#slots.has(output), timeout);
    await this.#drain();
    const payload = this.#slots.get(output) ?? null;
    this.#slots.delete(output);
    return payload;
  }

  /** The newest frame of which every output has arrived, as { depth: Frame, ... }; null when none came in time. */
  async takeAll(timeout) {
    await this.#until(() => this.#complete !== undefined, timeout);
    await this.#drain();
    const parts = this.#complete;
    this.#complete = undefined;
    return parts === undefined ? null : Object.fromEntries([...parts].map(([output, payload]) => [output, decode(payload)]));
  }

  /** Waits for 'info', 'labels', 'status', 'description', 'health' or 'metrics'; null when it did not come in time. */
  async waitFor(document, timeout) {
    await this.#until(() => this.#documents[document] !== undefined, timeout);
    return this.#documents[document] ?? null;
  }

  /** Messages of an output: received, superseded (a newer one came before they were taken), missing (gaps in the sequence). */
  counts(output) {
    this.#require(output);
    return { ...this.#counters[output] };
  }

  get status() {
    return this.#documents.status;
  }

  get description() {
    return this.#documents.description;
  }

  get health() {
    return this.#documents.health;
  }

  get metrics() {
    return this.#documents.metrics;
  }

  get cameraInfo() {
    return this.#documents.info;
  }

  get labels() {
    return this.#documents.labels;
  }

  #require(output) {
    if (!(output in this.#counters)) {
      throw new RangeError(`The output '${output}' was not subscribed to.`);
    }
  }

  /** Waits until nothing more comes at once. */
  async #drain() {
    for (let quiet = 0, turns = 0; quiet < 2 && turns < MOST_TURNS; turns++) {
      const before = this.#arrived;
      await turn();
      quiet = this.#arrived === before ? quiet + 1 : 0;
    }
  }

  /** Waits until something is so, or until so many seconds have passed. */
  #until(condition, timeout = Infinity) {
    if (condition()) {
      return Promise.resolve();
    }
    return new Promise(resolve => {
      const waiting = { condition, resolve };
      this.#waiting.add(waiting);
      if (timeout !== Infinity) {
        waiting.timer = setTimeout(() => this.#settle(waiting), 1000 * timeout);
      }
    });
  }

  #settle(waiting) {
    clearTimeout(waiting.timer);
    this.#waiting.delete(waiting);
    waiting.resolve();
  }

  #wake() {
    [...this.#waiting].filter(({ condition }) => condition()).forEach(waiting => this.#settle(waiting));
  }

  #onMessage(topic, payload, retained) {
    this.#arrived++;
    if (topic === this.#bundleTopic) {
      this.#onBundle(payload, retained);
      return;
    }
    const output = this.#outputsByTopic.get(topic);
    if (output === undefined) {
      this.#onDocument(this.#documentsByTopic.get(topic), payload);
      return;
    }
    let header;
    try {
      header = readHeader(payload);
    } catch (error) {
      if (!(error instanceof PayloadError)) {
        throw error;
      }
      this.damaged++;
      return;
    }
    if (header.kind !== output || retained || !this.#admit(output, header)) {
      // What a bundle has brought already may still be on its way alone.
      this.stale += this.#bundled && !retained ? 0 : 1;
      return;
    }
    this.#accept(output, header, payload);
    this.#wake();
  }

  #onBundle(message, retained) {
    let parts;
    try {
      parts = splitBundle(message);
    } catch (error) {
      if (!(error instanceof PayloadError)) {
        throw error;
      }
      this.damaged++;
      return;
    }
    if (retained) {
      this.stale++;
      return;
    }
    for (const [output, { header, payload }] of Object.entries(parts)) {
      if (output in this.#counters && this.#admit(output, header)) {
        this.#accept(output, header, payload);
      }
    }
    if (this.#bundleWanted && !this.#bundled) {
      // From now on nothing is sent twice.
      this.#bundled = true;
      this.#client.unsubscribe([...this.#outputsByTopic.keys()]);
    }
    this.#wake();
  }

  /** Where the node sends every output that is wanted in one message, that message is enough. */
  #chooseTopics(description) {
    const outputs = description?.cameras?.find(({ id }) => id === this.#camera)?.outputs ?? [];
    const parts = outputs.find(({ topic }) => topic === this.#bundleTopic)?.parts ?? [];
    const wanted = [...this.#outputsByTopic.values()], enough = wanted.length > 1 && wanted.every(output => parts.includes(output));
    if (enough && !this.#bundleWanted) {
      this.#client.subscribe(this.#bundleTopic, { qos: 0 });
    } else if (!enough && this.#bundleWanted) {
      this.#client.unsubscribe(this.#bundleTopic);
      this.#client.subscribe([...this.#outputsByTopic.keys()], { qos: 0 });
      this.#bundled = false;
    }
    this.#bundleWanted = enough;
  }

  #accept(output, header, payload) {
    this.#counters[output].received++;
    this.#counters[output].superseded += this.#slots.has(output) ? 1 : 0;
    this.#slots.set(output, payload);
    this.#join(output, header.sequence, payload);
  }

  #onDocument(name, payload) {
    if (name === undefined) {
      return;
    }
    try {
      const document = payload.length === 0 ? undefined : JSON.parse(this.#decoder.decode(payload));
      if (!(name === 'status' && this.#isOldWill(document))) {
        this.#documents[name] = document;
      }
      if (name === 'description') {
        this.#chooseTopics(document);
      }
    } catch {
      this.damaged++;
      return;
    }
    this.#wake();
  }

  /** The will of a session that has already been followed by another says nothing about the new one. */
  #isOldWill(status) {
    const current = this.#documents.status;
    return status?.state === 'lost' && current !== undefined && current.state !== 'lost' && current.session !== status.session;
  }

  /** False for a frame of a session that is over or one that is not newer than the last. */
  #admit(output, header) {
    if (header.session !== this.#session) {
      if (this.#session !== undefined && header.published < this.#newestPublished) {
        return false;
      }
      this.#session = header.session;
      this.#last.clear();
      this.#clear();
    }
    const last = this.#last.get(output);
    if (last !== undefined && header.sequence <= last) {
      return false;
    }
    this.#counters[output].missing += last === undefined ? 0 : Number(header.sequence - last - 1n);
    this.#last.set(output, header.sequence);
    this.#newestPublished = header.published > this.#newestPublished ? header.published : this.#newestPublished;
    return true;
  }

  /** Collects the outputs of a frame. Holds few frames: an output that a slow network superseded never comes, and must not be waited for. */
  #join(output, sequence, payload) {
    const parts = this.#open.get(sequence) ?? new Map();
    this.#open.set(sequence, parts.set(output, payload));
    if (this.#open.size > MOST_OPEN_FRAMES) {
      this.#open.delete([...this.#open.keys()].reduce((a, b) => (a < b ? a : b)));
    }
    if (parts.size === this.#outputsByTopic.size) {
      this.#complete = parts;
      [...this.#open.keys()].filter(other => other <= sequence).forEach(other => this.#open.delete(other));
    }
  }

  #clear() {
    this.#slots.clear();
    this.#open.clear();
    this.#complete = undefined;
  }
}

/** Seconds since the camera took the frame, by this machine's clock. */
export function age(frame) {
  return Date.now() / 1000 - Number(frame.header.acquired / 1_000_000n) / 1000;
}
