// What a program in TypeScript writes against index.d.ts; the compiler alone reads this.
import mqtt from 'mqtt';
import { PerceptionSubscriber, PayloadError, decode, intrinsicsOf, toPoints, type Frame } from 'roboperception';

const robot = new PerceptionSubscriber({ mqtt, broker: 'ws://broker.local:9001', node: 'front', camera: 'cam0', outputs: ['depth', 'segmentation'] });
const frame: Frame | null = await robot.take('depth', 5);
const info = await robot.waitFor('info', 5);
const camera = info === null ? undefined : intrinsicsOf(info);
if (frame?.depth !== undefined && camera !== undefined) {
  const points: Float32Array = toPoints(frame, camera);
  const age: bigint = frame.header.published - frame.header.acquired;
  console.log(points.length, age, robot.counts('depth').superseded, robot.labels?.classes[0]?.name);
}
try {
  decode(new Uint8Array(3));
} catch (error) {
  if (!(error instanceof PayloadError)) throw error;
}
// @ts-expect-error: there is no such output.
await robot.take('colour');
await robot.close();
