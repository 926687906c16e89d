// PNG files that carry our header in the chunk rpFh: grey 8, grey 16 and RGB 8, not interlaced, any filter.
import { crc32 } from './crc32.js';
import { PayloadError } from './errors.js';
import { inflate } from './inflate.js';

const SIGNATURE = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
const OVERHEAD = 12;

export const isPng = payload => SIGNATURE.every((byte, i) => payload[i] === byte);

/** The data of the chunk rpFh. */
export function frameHeader(file) {
  for (const [type, data] of chunks(file)) {
    if (type === 'rpFh') {
      return data;
    }
  }
  throw new PayloadError("The PNG file has no 'rpFh' chunk: it was not published by RoboPerception, or a tool removed it.");
}

/** The unfiltered rows; samples of 16 bits have their high byte first. */
export function readPixels(file, width, height, bitDepth, colour) {
  const parts = [];
  let sized = false, ended = false, length = 0;
  for (const [type, data] of chunks(file)) {
    if (type === 'IHDR') {
      requireImage(data, width, height, bitDepth, colour);
      sized = true;
    } else if (type === 'IDAT') {
      parts.push(data);
      length += data.length;
    }
    ended = type === 'IEND';
  }
  if (!sized || !ended) {
    throw new PayloadError('The PNG file is truncated: IHDR or IEND is missing.');
  }
  const compressed = new Uint8Array(length);
  parts.reduce((at, part) => (compressed.set(part, at), at + part.length), 0);
  const pixel = (colour === 2 ? 3 : 1) * bitDepth / 8, stride = width * pixel;
  return unfilter(inflate(compressed, height * (1 + stride)), height, stride, pixel);
}

function* chunks(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = SIGNATURE.length; at < file.length;) {
    const length = file.length - at >= OVERHEAD ? view.getUint32(at) : file.length;
    if (length > file.length - at - OVERHEAD) {
      throw new PayloadError('The PNG file is truncated inside a chunk.');
    }
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (crc32(file.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw new PayloadError(`The PNG chunk '${type}' has a wrong checksum: the payload is damaged.`);
    }
    yield [type, file.subarray(at + 8, at + 8 + length)];
    if (type === 'IEND') {
      return;
    }
    at += OVERHEAD + length;
  }
}

function requireImage(ihdr, width, height, bitDepth, colour) {
  if (ihdr.length !== 13) {
    throw new PayloadError(`The PNG file's IHDR has ${ihdr.length} bytes, expected 13.`);
  }
  const view = new DataView(ihdr.buffer, ihdr.byteOffset, 13);
  if (view.getUint32(0) !== width || view.getUint32(4) !== height) {
    throw new PayloadError(`The PNG file has ${view.getUint32(0)} x ${view.getUint32(4)} pixels, its frame header says ${width} x ${height}.`);
  }
  if (ihdr[8] !== bitDepth || ihdr[9] !== colour || ihdr[10] !== 0 || ihdr[11] !== 0 || ihdr[12] !== 0) {
    throw new PayloadError(`The PNG file has bit depth ${ihdr[8]}, colour type ${ihdr[9]}, interlace ${ihdr[12]}; expected ${bitDepth}, ${colour}, 0.`);
  }
}

/** Undoes the filters of section 9.2; the rows move together in place. */
function unfilter(lines, height, stride, pixel) {
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1) + 1, to = y * stride, filter = lines[from - 1];
    if (filter > 4) {
      throw new PayloadError(`The PNG file names filter ${filter}, known are 0 to 4.`);
    }
    for (let i = 0; i < stride; i++) {
      const a = i >= pixel ? lines[to + i - pixel] : 0;
      const b = y > 0 ? lines[to + i - stride] : 0;
      const c = i >= pixel && y > 0 ? lines[to + i - stride - pixel] : 0;
      lines[to + i] = lines[from + i] + guess(filter, a, b, c);
    }
  }
  return lines.subarray(0, height * stride);
}

function guess(filter, a, b, c) {
  switch (filter) {
    case 0: return 0;
    case 1: return a;
    case 2: return b;
    case 3: return (a + b) >> 1;
    default: {
      const toA = Math.abs(b - c), toB = Math.abs(a - c), toC = Math.abs(a + b - c - c);
      return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
    }
  }
}
