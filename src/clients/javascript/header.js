import { PayloadError } from './errors.js';

const SIZE = 96;
export const KINDS = { 1: 'segmentation', 2: 'depth', 3: 'normals', 4: 'image', 5: 'bundle', 6: 'points' };
export const ENCODINGS = { 1: 'png', 2: 'fast', 3: 'rvl', 4: 'raw', 5: 'ros2', 6: 'jpeg' };

/** Reads a header. Gives it and its length, which a later version may make longer than 96. */
export function parseHeader(bytes) {
  if (bytes.length < SIZE) {
    throw new PayloadError(`The frame header is truncated: ${bytes.length} of ${SIZE} bytes.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0x31465052) {
    throw new PayloadError("The frame header does not begin with 'RPF1'.");
  }
  const length = view.getUint16(4, true);
  if (length < SIZE || length > bytes.length) {
    throw new PayloadError(`The frame header says it has ${length} bytes; expected at least ${SIZE} and at most the payload's ${bytes.length}.`);
  }
  const kind = KINDS[bytes[8]], encoding = ENCODINGS[bytes[9]];
  if (kind === undefined) {
    throw new PayloadError(`The frame header names kind ${bytes[8]}, known are 1 to 6.`);
  }
  if (encoding === undefined) {
    throw new PayloadError(`The frame header names encoding ${bytes[9]}, known are 1 to 6.`);
  }
  const header = {
    kind,
    encoding,
    flags: view.getUint16(6, true),
    width: view.getUint16(10, true),
    height: view.getUint16(12, true),
    sourceWidth: view.getUint16(14, true),
    sourceHeight: view.getUint16(16, true),
    sequence: view.getBigUint64(18, true),
    acquired: view.getBigInt64(26, true),
    published: view.getBigInt64(34, true),
    session: view.getUint32(42, true),
    toSource: { scaleX: view.getFloat32(46, true), scaleY: view.getFloat32(50, true), offsetX: view.getFloat32(54, true), offsetY: view.getFloat32(58, true) },
    scale: view.getFloat32(62, true),
    offset: view.getFloat32(66, true),
    modelId: view.getBigUint64(70).toString(16).padStart(16, '0'),
    crc32: view.getUint32(78, true),
  };
  return { header, length };
}
