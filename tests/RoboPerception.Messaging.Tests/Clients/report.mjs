// Waits until so many depth frames have come, then says what it has: BROKER FRAMES.
import mqtt from 'mqtt';
import { PerceptionSubscriber, intrinsicsOf } from 'roboperception';

const robot = new PerceptionSubscriber({ mqtt, broker: process.argv[2], node: 'n', camera: 'front' });
// Retained documents come after the subscriptions hold.
await robot.waitFor('labels', 20);
console.log('ready');
const deadline = Date.now() + 20_000;
while (robot.counts('depth').received < Number(process.argv[3]) && Date.now() < deadline) {
  await new Promise(resolve => setTimeout(resolve, 10));
}
const together = await robot.takeAll(5);
const newest = await robot.take('depth', 5);
console.log(JSON.stringify({
  newest: Number(newest.header.sequence),
  again: await robot.take('depth', 0.1) === null,
  together: ['segmentation', 'depth', 'normals'].map(output => Number(together[output].header.sequence)),
  ids: [...together.segmentation.classIds],
  ...robot.counts('depth'),
  damaged: robot.damaged, stale: robot.stale,
  state: (await robot.waitFor('status', 5)).state, width: (await robot.waitFor('info', 5)).width, calibrated: intrinsicsOf(robot.cameraInfo) !== undefined,
  classes: robot.labels.classes.length,
}));
await robot.close();
