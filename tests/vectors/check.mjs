// Reads tests/vectors with src/clients/javascript. Ends with "N sound, N damaged" or with the first difference.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { held } from './held.mjs';

const folder = process.argv[2] ?? dirname(fileURLToPath(import.meta.url));
const { decode, decodeBundle, readHeader, readPoints, PayloadError } = await import(pathToFileURL(join(folder, '../../src/clients/javascript/index.js')));
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
const KINDS = ['', 'segmentation', 'depth', 'normals', 'image', 'bundle', 'points'], ENCODINGS = ['', 'png', 'fast', 'rvl', 'raw'];
// The file's name says which reader it is for.
const read = (file, payload) => (file.startsWith('bundle-') ? decodeBundle : file.startsWith('points-') ? readPoints : decode)(payload);
const requireValues = (file, frame, values) => {
  const actual = frame.classIds ?? frame.depth ?? frame.normals;
  const expected = frame.classIds ? values : new Float32Array(values.slice().buffer);
  require(actual.length === expected.length, file, `has ${actual.length} values`);
  const same = (a, b) => Object.is(a, b) || a === b || (frame.normals !== undefined && Math.abs(a - b) <= 1e-6);
  require(actual.every((value, i) => same(value, expected[i])), file, 'the values differ');
};
const single = text => Math.fround(Number(text));

const sound = rows('sound.tsv'), damaged = rows('damaged.tsv');
for (const row of sound) {
  const payload = bytes('sound', row.file);
  const frame = read(row.file, payload), h = readHeader(payload);
  const expected = [KINDS[row.kind], ENCODINGS[row.encoding], ...['flags', 'width', 'height', 'source_width', 'source_height'].map(key => Number(row[key])),
    BigInt(row.sequence), BigInt(row.acquired), BigInt(row.published), Number(row.session), ...['scale_x', 'scale_y', 'offset_x', 'offset_y', 'scale', 'offset'].map(key => single(row[key])), row.model];
  const actual = [h.kind, h.encoding, h.flags, h.width, h.height, h.sourceWidth, h.sourceHeight, h.sequence, h.acquired, h.published, h.session,
    h.toSource.scaleX, h.toSource.scaleY, h.toSource.offsetX, h.toSource.offsetY, h.scale, h.offset, h.modelId];
  expected.forEach((value, i) => require(actual[i] === value, row.file, `header field ${i} is ${actual[i]}, expected ${value}`));
  const values = bytes('sound', `${row.file}.values`), pixels = h.width * h.height;
  if (row.file.startsWith('bundle-')) {
    Object.values(frame).forEach(part => require(part.header.sequence === h.sequence && part.header.published === h.published, row.file, 'a part is of another frame'));
    requireValues(row.file, frame.segmentation, values.subarray(0, pixels));
    requireValues(row.file, frame.depth, values.subarray(pixels, 5 * pixels));
    requireValues(row.file, frame.normals, values.subarray(5 * pixels));
  } else if (row.file.startsWith('points-')) {
    const expected = new Float32Array(values.buffer);
    const actual = i => [...frame.xyz.subarray(3 * i, 3 * i + 3), ...frame.normals.subarray(3 * i, 3 * i + 3), frame.labels[i]];
    require(expected.length === 7 * h.width && frame.labels.length === h.width && expected.every((value, i) => actual(Math.floor(i / 7))[i % 7] === value), row.file, 'the points differ');
  } else {
    require(frame.header.crc32 === h.crc32, row.file, 'readHeader differs from decode');
    requireValues(row.file, frame, values);
  }
}
for (const row of damaged) {
  const payload = bytes('damaged', row.file);
  held.bytes = 0;
  let refusal;
  try {
    read(row.file, payload);
  } catch (error) {
    refusal = error;
  }
  require(refusal instanceof PayloadError, row.file, refusal === undefined ? 'was not refused' : `${refusal.stack}`);
  require(held.bytes <= 10 * payload.length + 64_000, row.file, `took ${held.bytes} bytes`);
}
console.log(`${sound.length} sound, ${damaged.length} damaged`);
