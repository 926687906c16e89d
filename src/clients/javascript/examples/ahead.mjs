import mqtt from 'mqtt';
import { PerceptionSubscriber, age } from 'roboperception';

const robot = new PerceptionSubscriber({ mqtt, broker: process.argv[2] ?? 'mqtt://broker.local', node: 'front', camera: 'cam0', outputs: ['depth'] });
for (let frame; (frame = await robot.take('depth', 5)) !== null;) {          // always the newest; null when none came in 5 seconds
  const { width, height, sequence } = frame.header;                          // depth: Float32Array, metres, NaN = unknown
  const ahead = frame.depth[Math.floor(height / 2) * width + Math.floor(width / 2)];
  console.log(`frame ${sequence}, ${(1000 * age(frame)).toFixed(0)} ms old: ${ahead.toFixed(3)} m ahead`);
}
await robot.close();
