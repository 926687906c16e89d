// What deflate and Brotli share: bits from the lowest upwards, and canonical prefix codes of at most 15 bits.
import { PayloadError } from './errors.js';

const LONGEST = 15;
const FAST = 8;

export class BitReader {
  constructor(data) {
    this.data = data;
    this.at = 0;
    this.hold = 0;
    this.count = 0;
  }

  /** Holds at least 17 bits, or all that are left. */
  fill() {
    while (this.count <= 16 && this.at < this.data.length) {
      this.hold |= this.data[this.at++] << this.count;
      this.count += 8;
    }
  }

  /** The next bits without taking them; zeros where the data has ended. */
  peek(bits) {
    if (this.count < bits) {
      this.fill();
    }
    return this.hold & ((1 << bits) - 1);
  }

  drop(bits) {
    if (bits > this.count) {
      throw new PayloadError('The compressed data is truncated.');
    }
    this.hold >>>= bits;
    this.count -= bits;
  }

  /** A number of at most 16 bits. */
  read(bits) {
    const value = this.peek(bits);
    this.drop(bits);
    return value;
  }

  /** A number of at most 24 bits. */
  readLong(bits) {
    return bits <= 16 ? this.read(bits) : this.read(16) | (this.read(bits - 16) << 16);
  }

  /** The next whole bytes. */
  readBytes(length) {
    this.at -= this.count >> 3;
    this.hold = this.count = 0;
    if (length > this.data.length - this.at) {
      throw new PayloadError('The compressed data is truncated.');
    }
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }
}

export class PrefixCode {
  /** Of the lengths of all symbols' codes; 0 = the symbol does not occur. A code that leaves bit patterns unused is refused unless `incomplete`. */
  constructor(lengths, incomplete = false) {
    this.counts = new Uint16Array(LONGEST + 1);
    for (const length of lengths) {
      this.counts[length]++;
    }
    this.counts[0] = 0;
    let left = 1;
    const offsets = new Uint16Array(LONGEST + 2);
    for (let length = 1; length <= LONGEST; length++) {
      left = (left << 1) - this.counts[length];
      if (left < 0) {
        throw new PayloadError('The compressed data describes a code that cannot be.');
      }
      offsets[length + 1] = offsets[length] + this.counts[length];
    }
    if (left > 0 && !incomplete) {
      throw new PayloadError('The compressed data describes an incomplete code.');
    }
    this.symbols = new Uint16Array(offsets[LONGEST + 1]);
    lengths.forEach((length, symbol) => {
      if (length > 0) {
        this.symbols[offsets[length]++] = symbol;
      }
    });
    this.fast = this.#shortCodes();
  }

  /** A code of one symbol, which takes no bits. */
  static ofOne(symbol) {
    const code = Object.create(PrefixCode.prototype);
    code.only = symbol;
    return code;
  }

  decode(bits) {
    if (this.only !== undefined) {
      return this.only;
    }
    const next = bits.peek(LONGEST);
    const entry = this.fast[next & ((1 << FAST) - 1)];
    if (entry !== 0) {
      bits.drop(entry & 15);
      return entry >> 4;
    }
    // Longer codes bit by bit: `first` is the first code of a length, `index` where its symbols begin.
    let code = 0, first = 0, index = 0;
    for (let length = 1; length <= LONGEST; length++) {
      code |= (next >> (length - 1)) & 1;
      const count = this.counts[length];
      if (code - first < count) {
        bits.drop(length);
        return this.symbols[index + code - first];
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new PayloadError('The compressed data holds a code that does not exist.');
  }

  /** Symbol and length of every code of at most 8 bits, by the 8 bits that begin with it. */
  #shortCodes() {
    const table = new Uint16Array(1 << FAST);
    let code = 0, index = 0;
    for (let length = 1; length <= FAST; length++) {
      for (let i = 0; i < this.counts[length]; i++, code++, index++) {
        let reversed = 0;
        for (let bit = 0; bit < length; bit++) {
          reversed |= ((code >> bit) & 1) << (length - 1 - bit);
        }
        for (let at = reversed; at < 1 << FAST; at += 1 << length) {
          table[at] = (this.symbols[index] << 4) | length;
        }
      }
      code <<= 1;
    }
    return table;
  }
}
