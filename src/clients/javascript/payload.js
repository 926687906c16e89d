// Reads payloads. Strict: what is damaged is refused and named, never guessed.
import { unbrotli } from './brotli.js';
import { crc32 } from './crc32.js';
import { PayloadError } from './errors.js';
import { KINDS, parseHeader } from './header.js';
import { frameHeader, isPng, readPixels } from './png.js';
import { unrvl } from './rvl.js';

/** Pixels of the largest frame that is decoded. */
export const MOST_PIXELS = 4096 * 2160;

const PNG_LAYOUTS = { segmentation: [8, 0], depth: [16, 0], normals: [8, 2] };
const INVALID_OCTAHEDRAL = 255, NORMAL_ZERO = 128;
const BUNDLE_COUNT = 4, BUNDLE_LINE = 8, POINT_BYTES = 25;

/** The header alone: cheap, for those who only want to know which frame it is. */
export function readHeader(payload) {
  return locate(bytesOf(payload)).header;
}

/** Reads a whole payload (Uint8Array, Buffer or ArrayBuffer). */
export function decode(payload) {
  const bytes = bytesOf(payload);
  const { header, length } = locate(bytes);
  const { kind, width, height } = header;
  if (width === 0 || height === 0) {
    throw new PayloadError(`The frame header says ${width} x ${height} pixels.`);
  }
  if (width * height > MOST_PIXELS) {
    throw new PayloadError(`The frame header says ${width} x ${height} pixels, more than the ${MOST_PIXELS} of a 4K image.`);
  }
  if (!(kind in PNG_LAYOUTS)) {
    throw new PayloadError(`The payload holds a '${kind}', not a dense output.`);
  }
  return interpret(header, header.encoding === 'png' ? fromPng(bytes, header) : unpack(bytes.subarray(length), header));
}

/** The outputs in a bundle (topic cam/<c>/bundle) as { name: { header, payload } }. */
export function splitBundle(message) {
  const bytes = bytesOf(message), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let { header, length: at } = parseHeader(bytes);
  if (header.kind !== 'bundle') {
    throw new PayloadError(`The payload holds a '${header.kind}', not a bundle.`);
  }
  requireCrc(header, bytes.subarray(at));
  if (bytes.length - at < BUNDLE_COUNT) {
    throw new PayloadError('The bundle ends before its table.');
  }
  const count = view.getUint16(at, true), parts = {};
  let start = at + BUNDLE_COUNT + BUNDLE_LINE * count;
  if (start > bytes.length) {
    throw new PayloadError(`The bundle says it has ${count} parts, which its ${bytes.length} bytes do not hold.`);
  }
  at += BUNDLE_COUNT;
  for (let i = 0; i < count; i++, at += BUNDLE_LINE) {
    const kind = KINDS[bytes[at]], length = view.getUint32(at + 4, true);
    if (length > bytes.length - start) {
      throw new PayloadError(`Part ${i + 1} of the bundle says it has ${length} bytes, ${bytes.length - start} are left.`);
    }
    const payload = bytes.subarray(start, start + length);
    start += length;
    if (kind === undefined) {
      continue; // an output that came after this version
    }
    const inner = readHeader(payload);
    if (inner.kind !== kind || inner.sequence !== header.sequence || inner.session !== header.session || inner.acquired !== header.acquired) {
      throw new PayloadError(`Part ${i + 1} of the bundle, '${inner.kind}' of frame ${inner.sequence}, is not what the table of frame ${header.sequence} says.`);
    }
    // The parts left with the bundle.
    parts[kind] = { header: { ...inner, published: header.published }, payload };
  }
  if (start !== bytes.length) {
    throw new PayloadError(`${bytes.length - start} bytes follow the last part of the bundle.`);
  }
  return parts;
}

/** The dense outputs in a bundle, decoded: { depth: Frame, ... }. */
export function decodeBundle(message) {
  const dense = Object.entries(splitBundle(message)).filter(([kind]) => kind in PNG_LAYOUTS);
  return Object.fromEntries(dense.map(([kind, { header, payload }]) => [kind, { ...decode(payload), header }]));
}

/** Topic cam/<c>/points: { header, xyz [N,3] metres, normals [N,3] (0,0,0 = not known), labels [N] (255 = unlabelled) }. */
export function readPoints(payload) {
  const bytes = bytesOf(payload), { header, length } = parseHeader(bytes);
  if (header.kind !== 'points' || header.encoding !== 'raw') {
    throw new PayloadError(`The payload holds a '${header.kind}', not points.`);
  }
  const data = bytes.subarray(length), count = header.width;
  requireCrc(header, data);
  if (data.length !== count * POINT_BYTES) {
    throw new PayloadError(`The payload has ${data.length} bytes of points; ${count} points need ${count * POINT_BYTES}.`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const floats = first => Float32Array.from({ length: 3 * count }, (_, i) => view.getFloat32(Math.floor(i / 3) * POINT_BYTES + first + 4 * (i % 3), true));
  return { header, xyz: floats(0), normals: floats(12), labels: Uint8Array.from({ length: count }, (_, i) => data[i * POINT_BYTES + POINT_BYTES - 1]) };
}

function bytesOf(payload) {
  return payload instanceof ArrayBuffer ? new Uint8Array(payload) : new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
}

function locate(payload) {
  const png = isPng(payload);
  const found = parseHeader(png ? frameHeader(payload) : payload);
  if (png !== (found.header.encoding === 'png')) {
    throw new PayloadError(`The frame header names the encoding ${found.header.encoding}, but the payload ${png ? 'is' : 'is not'} a PNG file.`);
  }
  return found;
}

function requireCrc(header, data) {
  if (crc32(data) !== header.crc32) {
    throw new PayloadError('The pixel data has another CRC than the frame header says: the payload is damaged.');
  }
}

function fromPng(bytes, header) {
  const pixels = readPixels(bytes, header.width, header.height, ...PNG_LAYOUTS[header.kind]);
  if (header.kind === 'depth') {
    // The CRC is that of the raw layout, low byte first.
    for (let i = 0; i < pixels.length; i += 2) {
      [pixels[i], pixels[i + 1]] = [pixels[i + 1], pixels[i]];
    }
  }
  requireCrc(header, pixels);
  return header.kind === 'depth' ? samples(pixels) : pixels;
}

/** Bytes (low one first) as 16-bit numbers, whatever the machine's order and wherever they lie in memory. */
function samples(bytes) {
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8));
}

function unpack(data, header) {
  requireCrc(header, data);
  const { kind, encoding, width, height } = header, pixels = width * height;
  if (encoding === 'raw') {
    const needed = pixels * { segmentation: 1, depth: 2, normals: 3 }[kind];
    if (data.length !== needed) {
      throw new PayloadError(`The raw payload has ${data.length} bytes of pixels; ${width} x ${height} need ${needed}.`);
    }
    return kind === 'depth' ? samples(data) : kind === 'segmentation' ? data.slice() : data;
  }
  if (encoding === 'rvl' && kind === 'depth') {
    return unrvl(data, pixels);
  }
  if (encoding === 'fast') {
    return kind === 'segmentation' ? unbrotli(data, pixels) : kind === 'depth' ? joinSum(unbrotli(data, 2 * pixels), width) : sum(unbrotli(data, 2 * pixels), width);
  }
  throw new PayloadError(`The encoding ${encoding} is not known for the output '${kind}'.`);
}

/** Low bytes, then high bytes, of the differences along each row. */
function joinSum(planes, width) {
  const depth = new Uint16Array(planes.length / 2);
  for (let i = 0, value = 0; i < depth.length; i++) {
    value = (i % width === 0 ? 0 : value) + (planes[i] | (planes[depth.length + i] << 8));
    depth[i] = value;
  }
  return depth;
}

/** Differences along each row, in place. */
function sum(bytes, width) {
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] += i % width === 0 ? 0 : bytes[i - 1];
  }
  return bytes;
}

function interpret(header, pixels) {
  if (header.kind === 'segmentation') {
    return { header, classIds: pixels };
  }
  if (header.kind === 'depth') {
    // In steps of float32, as every other reader does it.
    return { header, depth: Float32Array.from(pixels, raw => (raw === 0 ? NaN : Math.fround(raw * header.scale) + header.offset)) };
  }
  const count = header.width * header.height, normals = new Float32Array(3 * count);
  const read = header.encoding === 'fast' ? octahedral : colour;
  for (let i = 0; i < count; i++) {
    const [x, y, z] = read(pixels, i, count);
    const length = Math.sqrt(x * x + y * y + z * z) || 1;
    normals[i] = x / length;
    normals[count + i] = y / length;
    normals[2 * count + i] = z / length;
  }
  return { header, normals };
}

function colour(pixels, i) {
  const r = pixels[3 * i], g = pixels[3 * i + 1], b = pixels[3 * i + 2];
  return r === NORMAL_ZERO && g === NORMAL_ZERO && b === NORMAL_ZERO ? [0, 0, 0] : [r / 127.5 - 1, g / 127.5 - 1, b / 127.5 - 1];
}

/** An octahedral map centred on -z: the far half of the sphere is folded over its corners. */
function octahedral(pixels, i, count) {
  const u = pixels[i], v = pixels[count + i];
  if (u === INVALID_OCTAHEDRAL && v === INVALID_OCTAHEDRAL) {
    return [0, 0, 0];
  }
  const x = u / 127 - 1, y = v / 127 - 1, z = 1 - Math.abs(x) - Math.abs(y);
  const sign = value => (value < 0 ? -1 : 1);
  return z < 0 ? [(1 - Math.abs(y)) * sign(x), (1 - Math.abs(x)) * sign(y), -z] : [x, y, -z];
}
