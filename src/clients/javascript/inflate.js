// zlib's format (RFC 1950, RFC 1951), without waiting and never into more room than was asked for, in browsers and Node alike.
import { BitReader, PrefixCode } from './bits.js';
import { PayloadError } from './errors.js';

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const META_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END = 256;
let fixed;

/** The first `length` bytes that the data unpacks to. */
export function inflate(data, length) {
  if (data.length < 2 || (data[0] & 15) !== 8 || ((data[0] << 8) | data[1]) % 31 !== 0 || (data[1] & 32) !== 0) {
    throw new PayloadError("The PNG file's pixel data is not in zlib's format.");
  }
  const bits = new BitReader(data.subarray(2));
  const out = new Uint8Array(length);
  let at = 0, last = false;
  while (at < length && !last) {
    last = bits.read(1) === 1;
    const type = bits.read(2);
    if (type === 3) {
      throw new PayloadError("The PNG file's pixel data holds a block of an unknown type.");
    }
    at = type === 0 ? stored(bits, out, at) : coded(bits, type === 1 ? fixedCodes() : readCodes(bits), out, at);
  }
  if (at < length) {
    throw new PayloadError(`The PNG file's pixel data is truncated: ${at} of ${length} bytes.`);
  }
  return out;
}

function stored(bits, out, at) {
  const [a, b, c, d] = bits.readBytes(4);
  const length = a | (b << 8);
  if (length !== (~(c | (d << 8)) & 0xFFFF)) {
    throw new PayloadError("The PNG file's pixel data contradicts itself about the length of a block.");
  }
  const wanted = Math.min(length, out.length - at);
  out.set(bits.readBytes(length).subarray(0, wanted), at);
  return at + wanted;
}

function coded(bits, [literals, distances], out, at) {
  while (true) {
    const symbol = literals.decode(bits);
    if (symbol === END) {
      return at;
    }
    if (symbol < END) {
      if (at === out.length) {
        return at;
      }
      out[at++] = symbol;
      continue;
    }
    if (symbol - 257 >= LENGTH_BASE.length) {
      throw new PayloadError("The PNG file's pixel data holds a length that does not exist.");
    }
    const length = LENGTH_BASE[symbol - 257] + bits.read(LENGTH_EXTRA[symbol - 257]);
    const code = distances.decode(bits);
    if (code >= DISTANCE_BASE.length) {
      throw new PayloadError("The PNG file's pixel data holds a distance that does not exist.");
    }
    const distance = DISTANCE_BASE[code] + bits.read(code < 4 ? 0 : (code >> 1) - 1);
    if (distance > at) {
      throw new PayloadError("The PNG file's pixel data copies from before its start.");
    }
    const end = Math.min(at + length, out.length);
    for (; at < end; at++) {
      out[at] = out[at - distance];
    }
    if (at === out.length) {
      return at;
    }
  }
}

function fixedCodes() {
  fixed ??= [
    new PrefixCode(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
    new PrefixCode(new Uint8Array(32).fill(5)),
  ];
  return fixed;
}

function readCodes(bits) {
  const literals = bits.read(5) + 257, distances = bits.read(5) + 1, described = bits.read(4) + 4;
  const metaLengths = new Uint8Array(19);
  for (let i = 0; i < described; i++) {
    metaLengths[META_ORDER[i]] = bits.read(3);
  }
  const meta = new PrefixCode(metaLengths, true);
  const lengths = new Uint8Array(literals + distances);
  for (let i = 0; i < lengths.length;) {
    const symbol = meta.decode(bits);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    if (symbol === 16 && i === 0) {
      throw new PayloadError("The PNG file's pixel data repeats a length before the first.");
    }
    const value = symbol === 16 ? lengths[i - 1] : 0;
    const times = symbol === 16 ? 3 + bits.read(2) : symbol === 17 ? 3 + bits.read(3) : 11 + bits.read(7);
    if (i + times > lengths.length) {
      throw new PayloadError("The PNG file's pixel data describes too many lengths.");
    }
    lengths.fill(value, i, i + times);
    i += times;
  }
  // One distance, or none, is a code with patterns left over.
  return [new PrefixCode(lengths.subarray(0, literals), true), new PrefixCode(lengths.subarray(literals), true)];
}
