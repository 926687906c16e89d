// Takes a frame, says which, and works until it is told to go on: BROKER.
import { readSync } from 'node:fs';
import mqtt from 'mqtt';
import { PerceptionSubscriber } from 'roboperception';

const robot = new PerceptionSubscriber({ mqtt, broker: process.argv[2], node: 'n', camera: 'front', outputs: ['depth'] });
await robot.waitFor('labels', 20);
console.log('ready');
const told = Buffer.alloc(3);
for (let frame; (frame = await robot.take('depth', 20)) !== null;) {
  console.log(String(frame.header.sequence));
  // Nothing else happens meanwhile, as while a program computes.
  if (readSync(0, told) !== 3) {
    break;
  }
}
await robot.close();
