// RVL (Wilson 2017): runs of invalid and valid pixels alternate; lengths and zigzag differences are numbers in groups of 3 bits, lowest first,
// a nibble a group with its top bit set while more follow. Nibbles fill little-endian 32-bit words from the top.
import { PayloadError } from './errors.js';

const LONGEST_NUMBER = 11;

export function unrvl(data, pixels) {
  const depth = new Uint16Array(pixels);
  const nibbles = (data.length >> 2) * 8;
  let at = 0;
  const number = () => {
    let value = 0;
    for (let group = 0; group < LONGEST_NUMBER; group++, at++) {
      if (at >= nibbles) {
        throw new PayloadError('The RVL data is truncated.');
      }
      // Byte 3 of a word holds its first two nibbles.
      const nibble = (data[((at >> 3) << 2) + 3 - ((at & 7) >> 1)] >> (at & 1 ? 0 : 4)) & 15;
      value |= (nibble & 7) << (3 * group);
      if (nibble < 8) {
        at++;
        return value >>> 0;
      }
    }
    throw new PayloadError('The RVL data holds a number that does not end.');
  };
  const run = left => {
    const length = number();
    if (length > left) {
      throw new PayloadError(`The RVL data holds a run of ${length} pixels where ${left} are left.`);
    }
    return length;
  };
  for (let i = 0, previous = 0; i < pixels;) {
    const zeros = run(pixels - i);
    const values = run(pixels - i - zeros);
    if (zeros + values === 0) {
      throw new PayloadError('The RVL data repeats an empty run.');
    }
    i += zeros;
    for (const end = i + values; i < end; i++) {
      const zigzag = number();
      previous = (previous + ((zigzag >>> 1) ^ -(zigzag & 1))) | 0;
      depth[i] = previous;
    }
  }
  return depth;
}
