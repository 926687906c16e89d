// The points of a depth payload, row by row: PAYLOAD CAMERA_INFO.
import { readFileSync } from 'node:fs';
import { decode, intrinsicsOf, toPoints } from 'roboperception';

const points = toPoints(decode(readFileSync(process.argv[2])), intrinsicsOf(JSON.parse(readFileSync(process.argv[3], 'utf8'))));
console.log(JSON.stringify(Array.from({ length: points.length / 3 }, (_, i) => [...points.subarray(3 * i, 3 * i + 3)])));
