export { PayloadError } from './errors.js';
export { decode, decodeBundle, readHeader, readPoints, splitBundle, MOST_PIXELS } from './payload.js';
export { intrinsicsOf, toPoints } from './points.js';
export { PerceptionSubscriber, age } from './subscriber.js';
