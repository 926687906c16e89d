// Brotli (RFC 7932) as the encoding `fast` uses it. Browsers do not offer it to scripts everywhere, so it is read here. Two things that serve
// text alone are refused by name: words of the built-in dictionary, and contexts of UTF-8. RoboPerception's encoder writes neither.
import { BitReader, PrefixCode } from './bits.js';
import { PayloadError } from './errors.js';

const META_ORDER = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];
// Lengths of the code for code lengths come in a fixed code of at most 4 bits.
const META_BITS = [2, 2, 2, 3, 2, 2, 2, 4, 2, 2, 2, 3, 2, 2, 2, 4];
const META_VALUE = [0, 4, 3, 2, 0, 4, 3, 1, 0, 4, 3, 2, 0, 4, 3, 5];
const BLOCK_BASE = [1, 5, 9, 13, 17, 25, 33, 41, 49, 65, 81, 97, 113, 145, 177, 209, 241, 305, 369, 497, 753, 1265, 2289, 4337, 8433, 16625];
const BLOCK_EXTRA = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24];
const INSERT_BASE = [0, 1, 2, 3, 4, 5, 6, 8, 10, 14, 18, 26, 34, 50, 66, 98, 130, 194, 322, 578, 1090, 2114, 6210, 22594];
const INSERT_EXTRA = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24];
const COPY_BASE = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 22, 30, 38, 54, 70, 102, 134, 198, 326, 582, 1094, 2118];
const COPY_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24];
// Insert and copy code of the first of every 64 command symbols.
const INSERT_CELL = [0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16];
const COPY_CELL = [0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16];
// Distance codes 0 to 15: which of the last four distances, and what is added.
const RECENT_INDEX = [0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
const RECENT_DELTA = [0, 0, 0, 0, -1, 1, -2, 2, -3, 3, -1, 1, -2, 2, -3, 3];
const UTF8_CONTEXT = 2, SIGNED_CONTEXT = 3, MSB6_CONTEXT = 1;

const refuse = what => {
  throw new PayloadError(`The fast payload is damaged: ${what}.`);
};

/** The bytes that the data unpacks to, which must be exactly `length`. */
export function unbrotli(data, length) {
  const bits = new BitReader(data);
  const state = { out: new Uint8Array(length), at: 0, window: readWindow(bits), recent: [4, 11, 15, 16] };
  for (let last = false; !last;) {
    last = bits.read(1) === 1;
    if (last && bits.read(1) === 1) {
      break;
    }
    const nibbles = bits.read(2);
    if (nibbles === 3) {
      skipMetadata(bits);
      continue;
    }
    const size = bits.readLong(4 * (nibbles + 4)) + 1;
    if (nibbles > 0 && size - 1 < 1 << (4 * (nibbles + 3))) {
      refuse('a length is longer than it need be');
    }
    if (size > length - state.at) {
      refuse(`it unpacks to more than ${length} bytes`);
    }
    if (!last && bits.read(1) === 1) {
      state.out.set(bits.readBytes(size), state.at);
      state.at += size;
    } else {
      compressed(bits, state, state.at + size);
    }
  }
  if (state.at !== length) {
    refuse(`it unpacks to ${state.at} bytes, not to ${length}`);
  }
  return state.out;
}

function readWindow(bits) {
  if (bits.read(1) === 0) {
    return 16;
  }
  const large = bits.read(3);
  if (large !== 0) {
    return 17 + large;
  }
  const small = bits.read(3);
  return small === 0 ? 17 : small > 1 ? 8 + small : refuse('its window is not of the standard');
}

function skipMetadata(bits) {
  if (bits.read(1) !== 0) {
    refuse('a reserved bit is set');
  }
  const bytes = bits.read(2);
  bits.readBytes(bytes === 0 ? 0 : bits.readLong(8 * bytes) + 1);
}

function compressed(bits, state, end) {
  const literalBlocks = readBlocks(bits), commandBlocks = readBlocks(bits), distanceBlocks = readBlocks(bits);
  const postfix = bits.read(2), direct = bits.read(4) << postfix;
  const modes = Array.from({ length: literalBlocks.types }, () => bits.read(2));
  const literalMap = readContextMap(bits, 64 * literalBlocks.types);
  const distanceMap = readContextMap(bits, 4 * distanceBlocks.types);
  if (literalMap.trees > 1 && modes.includes(UTF8_CONTEXT)) {
    refuse('it is packed as text');
  }
  const codes = (count, alphabet) => Array.from({ length: count }, () => readCode(bits, alphabet));
  const literals = codes(literalMap.trees, 256), commands = codes(commandBlocks.types, 704);
  const distances = codes(distanceMap.trees, 16 + direct + (48 << postfix));
  const { out } = state;
  while (state.at < end) {
    const command = commands[next(bits, commandBlocks)].decode(bits);
    const insertCode = INSERT_CELL[command >> 6] + ((command >> 3) & 7), copyCode = COPY_CELL[command >> 6] + (command & 7);
    const insert = INSERT_BASE[insertCode] + bits.readLong(INSERT_EXTRA[insertCode]);
    const copy = COPY_BASE[copyCode] + bits.readLong(COPY_EXTRA[copyCode]);
    if (insert > end - state.at) {
      refuse('more literals than the block has bytes');
    }
    for (let i = 0; i < insert; i++) {
      const block = next(bits, literalBlocks);
      const tree = literalMap.trees === 1 ? 0 : literalMap.map[(64 * block) + context(modes[block], out, state.at)];
      out[state.at++] = literals[tree].decode(bits);
    }
    if (state.at === end) {
      break;
    }
    let distance = state.recent[0];
    if (command >= 128) {
      const tree = distanceMap.map[(4 * next(bits, distanceBlocks)) + Math.min(copy - 2, 3)];
      distance = readDistance(bits, distances[tree].decode(bits), postfix, direct, state.recent);
    }
    if (distance <= 0) {
      refuse('a distance is not positive');
    }
    if (distance > Math.min(state.at, (1 << state.window) - 16)) {
      refuse('it refers to the dictionary or to before its start');
    }
    if (copy > end - state.at) {
      refuse('a copy is longer than its block');
    }
    for (let i = 0; i < copy; i++, state.at++) {
      out[state.at] = out[state.at - distance];
    }
  }
}

function readDistance(bits, code, postfix, direct, recent) {
  if (code === 0) {
    return recent[0];
  }
  let distance;
  if (code < 16) {
    distance = recent[RECENT_INDEX[code]] + RECENT_DELTA[code];
  } else if (code < 16 + direct) {
    distance = code - 15;
  } else {
    const rest = code - direct - 16;
    const extra = 1 + (rest >> (postfix + 1));
    const high = ((2 + ((rest >> postfix) & 1)) << extra) - 4;
    distance = ((high + bits.readLong(extra)) << postfix) + (rest & ((1 << postfix) - 1)) + direct + 1;
  }
  recent.pop();
  recent.unshift(distance);
  return distance;
}

/** How the symbols of one category are divided into blocks. */
function readBlocks(bits) {
  const types = readCount(bits);
  if (types === 1) {
    return { types, type: 0, left: Infinity };
  }
  const typeCode = readCode(bits, types + 2), lengthCode = readCode(bits, 26);
  return { types, typeCode, lengthCode, type: 0, before: 1, left: readBlockLength(bits, lengthCode) };
}

/** The type of the block to which the next symbol belongs. */
function next(bits, blocks) {
  if (blocks.left === 0) {
    const code = blocks.typeCode.decode(bits);
    const type = code === 0 ? blocks.before : code === 1 ? (blocks.type + 1) % blocks.types : code - 2;
    [blocks.before, blocks.type] = [blocks.type, type];
    blocks.left = readBlockLength(bits, blocks.lengthCode);
  }
  blocks.left--;
  return blocks.type;
}

function readBlockLength(bits, code) {
  const symbol = code.decode(bits);
  return BLOCK_BASE[symbol] + bits.readLong(BLOCK_EXTRA[symbol]);
}

/** A number from 1 to 256. */
function readCount(bits) {
  if (bits.read(1) === 0) {
    return 1;
  }
  const extra = bits.read(3);
  return (1 << extra) + 1 + bits.read(extra);
}

function readContextMap(bits, size) {
  const trees = readCount(bits);
  const map = new Uint8Array(size);
  if (trees === 1) {
    return { trees, map };
  }
  const longestRun = bits.read(1) === 0 ? 0 : bits.read(4) + 1;
  const code = readCode(bits, trees + longestRun);
  for (let i = 0; i < size;) {
    const symbol = code.decode(bits);
    if (symbol === 0 || symbol > longestRun) {
      map[i++] = symbol === 0 ? 0 : symbol - longestRun;
      continue;
    }
    i += (1 << symbol) + bits.read(symbol);
    if (i > size) {
      refuse('a context map is longer than it may be');
    }
  }
  if (bits.read(1) === 1) {
    const order = Array.from({ length: 256 }, (_, i) => i);
    map.forEach((index, i) => {
      map[i] = order[index];
      order.unshift(...order.splice(index, 1));
    });
  }
  return { trees, map };
}

function context(mode, out, at) {
  const before = at > 0 ? out[at - 1] : 0, secondBefore = at > 1 ? out[at - 2] : 0;
  return mode === SIGNED_CONTEXT ? (magnitude(before) << 3) | magnitude(secondBefore) : mode === MSB6_CONTEXT ? before >> 2 : before & 63;
}

function magnitude(byte) {
  return byte === 0 ? 0 : byte < 16 ? 1 : byte < 64 ? 2 : byte < 128 ? 3 : byte < 192 ? 4 : byte < 240 ? 5 : byte < 255 ? 6 : 7;
}

function readCode(bits, alphabet) {
  const kind = bits.read(2);
  return kind === 1 ? readSimpleCode(bits, alphabet) : readLongCode(bits, alphabet, kind);
}

function readSimpleCode(bits, alphabet) {
  const width = 32 - Math.clz32(alphabet - 1);
  const symbols = Array.from({ length: bits.read(2) + 1 }, () => bits.read(width));
  if (new Set(symbols).size < symbols.length || symbols.some(symbol => symbol >= alphabet)) {
    refuse('a code names a symbol twice or one that does not exist');
  }
  if (symbols.length === 1) {
    return PrefixCode.ofOne(symbols[0]);
  }
  const shape = [[1, 1], [1, 2, 2], [2, 2, 2, 2]][symbols.length - 2];
  const chosen = symbols.length === 4 && bits.read(1) === 1 ? [1, 2, 3, 3] : shape;
  const lengths = new Uint8Array(alphabet);
  symbols.forEach((symbol, i) => {
    lengths[symbol] = chosen[i];
  });
  return new PrefixCode(lengths);
}

function readLongCode(bits, alphabet, skipped) {
  const meta = readMetaCode(bits, skipped);
  const lengths = new Uint8Array(alphabet);
  let space = 32768, previous = 8, times = 0, repeated = 0, used = 0, only = 0;
  for (let symbol = 0; symbol < alphabet && space > 0;) {
    const code = meta.decode(bits);
    if (code < 16) {
      times = 0;
      if (code !== 0) {
        [previous, only] = [code, symbol];
        space -= 32768 >> code;
        used++;
      }
      lengths[symbol++] = code;
      continue;
    }
    // Repeats in a row multiply: the second one makes the count of the first longer.
    const extra = code - 14, value = code === 16 ? previous : 0;
    if (value !== repeated) {
      [times, repeated] = [0, value];
    }
    const before = times;
    times = (times > 0 ? (times - 2) << extra : 0) + bits.read(extra) + 3;
    if (symbol + times - before > alphabet) {
      refuse('a code has more lengths than symbols');
    }
    lengths.fill(value, symbol, symbol + times - before);
    symbol += times - before;
    space -= value === 0 ? 0 : (times - before) * (32768 >> value);
  }
  return space === 0 ? new PrefixCode(lengths) : refuse('a code is incomplete');
}

function readMetaCode(bits, skipped) {
  const lengths = new Uint8Array(18);
  let space = 32, used = 0, only = 0;
  for (let i = skipped; i < 18 && space > 0; i++) {
    const index = bits.peek(4);
    bits.drop(META_BITS[index]);
    const length = META_VALUE[index];
    lengths[META_ORDER[i]] = length;
    if (length !== 0) {
      space -= 32 >> length;
      used++;
      only = META_ORDER[i];
    }
  }
  return used === 1 ? PrefixCode.ofOne(only) : space === 0 ? new PrefixCode(lengths) : refuse('the code of a code is incomplete');
}
