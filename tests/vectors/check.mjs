// Reads tests/vectors with src/clients/javascript. Ends with "N sound, N damaged" or with the first difference.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Counts what typed arrays take: their constructors are replaced before the client is loaded. Views cost nothing.
let taken = 0;
for (const name of ['Uint8Array', 'Uint16Array', 'Uint32Array', 'Float32Array']) {
  const Real = globalThis[name];
  globalThis[name] = new Proxy(Real, {
    construct(target, args, self) {
      const array = Reflect.construct(target, args, self === globalThis[name] ? target : self);
      taken += args[0] instanceof ArrayBuffer ? 0 : array.byteLength;
      return array;
    },
    get: (target, key) => (key === 'from' ? (...args) => count(target.from(...args)) : Reflect.get(target, key)),
  });
}
const count = array => ((taken += array.byteLength), array);

const folder = process.argv[2] ?? dirname(fileURLToPath(import.meta.url));
const { decode, readHeader, PayloadError } = await import(pathToFileURL(join(folder, '../../src/clients/javascript/index.js')));
const bytes = (...names) => new Uint8Array(readFileSync(join(folder, ...names)));
const rows = name => {
  const [columns, ...lines] = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').map(line => line.split('\t'));
  return lines.map(cells => Object.fromEntries(columns.map((column, i) => [column, cells[i]])));
};
const require = (condition, file, what) => {
  if (!condition) {
    console.error(`${file}: ${what}`);
    process.exit(1);
  }
};
const KINDS = ['', 'segmentation', 'depth', 'normals'], ENCODINGS = ['', 'png', 'fast', 'rvl', 'raw'];
const single = text => Math.fround(Number(text));

const sound = rows('sound.tsv'), damaged = rows('damaged.tsv');
for (const row of sound) {
  const payload = bytes('sound', row.file);
  const frame = decode(payload), h = frame.header;
  const expected = [KINDS[row.kind], ENCODINGS[row.encoding], ...['flags', 'width', 'height', 'source_width', 'source_height'].map(key => Number(row[key])),
    BigInt(row.sequence), BigInt(row.acquired), BigInt(row.published), Number(row.session), ...['scale_x', 'scale_y', 'offset_x', 'offset_y', 'scale', 'offset'].map(key => single(row[key])), row.model];
  const actual = [h.kind, h.encoding, h.flags, h.width, h.height, h.sourceWidth, h.sourceHeight, h.sequence, h.acquired, h.published, h.session,
    h.toSource.scaleX, h.toSource.scaleY, h.toSource.offsetX, h.toSource.offsetY, h.scale, h.offset, h.modelId];
  expected.forEach((value, i) => require(actual[i] === value, row.file, `header field ${i} is ${actual[i]}, expected ${value}`));
  require(readHeader(payload).crc32 === h.crc32, row.file, 'readHeader differs from decode');
  const values = bytes('sound', `${row.file}.values`);
  const actualValues = frame.classIds ?? frame.depth ?? frame.normals;
  const expectedValues = frame.classIds ? values : new Float32Array(values.buffer);
  require(actualValues.length === expectedValues.length, row.file, `has ${actualValues.length} values`);
  const same = (a, b) => Object.is(a, b) || a === b || (frame.normals !== undefined && Math.abs(a - b) <= 1e-6);
  require(actualValues.every((value, i) => same(value, expectedValues[i])), row.file, 'the values differ');
}
for (const row of damaged) {
  const payload = bytes('damaged', row.file);
  taken = 0;
  let refusal;
  try {
    decode(payload);
  } catch (error) {
    refusal = error;
  }
  require(refusal instanceof PayloadError, row.file, refusal === undefined ? 'was not refused' : `${refusal.stack}`);
  require(taken <= 10 * payload.length + 64_000, row.file, `took ${taken} bytes`);
}
console.log(`${sound.length} sound, ${damaged.length} damaged`);
