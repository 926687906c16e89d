// Damages tests/vectors and reads them with src/clients/javascript. Usage: fuzz.mjs FOLDER INPUTS SEED. Ends with one line of JSON, or with the
// first input that was neither read nor refused by name within a second and the memory that it can account for.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { held } from './held.mjs';

const [folder, inputs, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

const { decode, decodeBundle, readHeader, readPoints, PayloadError } = await import(pathToFileURL(join(folder, '../../src/clients/javascript/index.js')));

const { crc32 } = await import(pathToFileURL(join(folder, '../../src/clients/javascript/crc32.js')));

// The same seed gives the same inputs (xorshift).
let state = (seed * 2654435761 + 1) >>> 0;
const below = limit => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  state >>>= 0;
  return limit === 0 ? 0 : state % limit;
};

const READERS = [decode, decodeBundle, readPoints], INTERESTING = [0, 1, 2, 7, 16, 127, 128, 255, 256, 4096, 32767, 32768, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];
const seeds = [[], [], []];
for (const name of readdirSync(join(folder, 'sound')).filter(name => !name.endsWith('.values')).sort()) {
  seeds[name.startsWith('bundle-') ? 1 : name.startsWith('points-') ? 2 : 0].push(readFileSync(join(folder, 'sound', name)));
}

/** Puts the checksums right: damage behind them is what a hostile sender would make. */
function seal(input) {
  if (input.length >= 8 && input.readUInt32BE(0) === 0x89504E47) {
    for (let at = 8; at + 12 <= input.length;) {
      const length = input.readUInt32BE(at);
      if (length > input.length - at - 12) {
        return;
      }
      input.writeUInt32BE(crc32(input.subarray(at + 4, at + 8 + length)), at + 8 + length);
      at += 12 + length;
    }
  } else if (input.length >= 96 && input.readUInt16LE(4) <= input.length) {
    input.writeUInt32LE(crc32(input.subarray(input.readUInt16LE(4))), 78);
  }
}

function damage(input, others) {
  const at = below(input.length + 1), length = Math.min(input.length - at, 1 + below(below(8) === 0 ? 255 : 8));
  switch (below(8)) {
    case 0:
      if (at < input.length) {
        input[at] ^= 1 << below(8);
      }
      return input;
    case 1:
      if (at < input.length) {
        input[at] = below(256);
      }
      return input;
    case 2:
    case 3: {
      const number = INTERESTING[below(INTERESTING.length)], size = 1 << below(3), big = below(2) === 0;
      for (let i = 0; i < size && at + i < input.length; i++) {
        input[at + i] = number >>> (8 * (big ? size - 1 - i : i));
      }
      return input;
    }
    case 4: return Buffer.concat([input.subarray(0, at), input.subarray(at + length)]);
    case 5: return Buffer.concat([input.subarray(0, at + length), input.subarray(at)]);
    case 6: {
      const other = others[below(others.length)], from = below(other.length + 1);
      return Buffer.concat([input.subarray(0, at), other.subarray(from, from + 1 + below(127)), input.subarray(at)]);
    }
    default:
      if (below(3) === 0) {
        return input.subarray(0, at);
      }
      for (let i = at; i < at + length; i++) {
        input[i] = below(256);
      }
      return input;
  }
}

/** The pixels that an input's headers speak of, within what is decoded at all. */
function pixelsOf(input) {
  try {
    const header = readHeader(input);
    // Three outputs at most in one bundle; their sizes are the bundle's own affair, so the largest is allowed for.
    return header.kind === 'bundle' ? 3 * 4096 * 2160 : Math.min(header.width * header.height, 4096 * 2160);
  } catch {
    return 0;
  }
}

let accepted = 0, refused = 0, mostBytes = 0, mostSeconds = 0;
const seconds = () => process.cpuUsage().user / 1e6;
const began = seconds();
for (let i = 0; i < inputs; i++) {
  const draw = below(10), reader = draw < 8 ? 0 : draw - 7;
  let input = Buffer.from(seeds[reader][below(seeds[reader].length)]);
  for (let times = below(5) === 0 ? 1 + below(15) : 1 + below(3); times > 0; times--) {
    input = damage(input, seeds[reader]);
  }
  if (below(4) !== 0) {
    seal(input);
  }
  const payload = new Uint8Array(input), allowed = 64_000 + 10 * payload.length + 64 * pixelsOf(payload), start = seconds();
  held.bytes = 0;
  let finding;
  try {
    READERS[reader](payload);
    accepted++;
  } catch (error) {
    refused++;
    finding = error instanceof PayloadError ? undefined : error.stack;
  }
  const took = seconds() - start;
  [mostBytes, mostSeconds] = [Math.max(mostBytes, held.bytes), Math.max(mostSeconds, took)];
  finding ??= took > 1 ? `${took} s` : held.bytes > allowed ? `${held.bytes} bytes, ${allowed} allowed` : undefined;
  if (finding !== undefined) {
    console.error(`input ${i} of seed ${seed} (${payload.length} bytes): ${finding}`);
    process.exit(1);
  }
}
console.log(JSON.stringify({ inputs, accepted, refused, mostBytes, mostSeconds: Number(mostSeconds.toFixed(3)), seconds: Number((seconds() - began).toFixed(1)) }));
