// The same job as the node's, as a user would write it in Node.js: ffmpeg decodes and scales, ONNX Runtime infers, sharp encodes,
// mqtt.js publishes. Encoding and publishing of a frame overlap with the inference of the next.
//
//   node peer.mjs MODEL VIDEO BROKER FRAMES raw|png TOPIC-OF-SEGMENTATION TOPIC-OF-DEPTH TOPIC-OF-NORMALS
import { spawn } from 'node:child_process';
import mqtt from 'mqtt';
import ort from 'onnxruntime-node';
import sharp from 'sharp';

const [model, video, broker, frames, encoding, segmentationTopic, depthTopic, normalsTopic] = process.argv.slice(2);

const session = await ort.InferenceSession.create(model, { executionProviders: ['cpu'], graphOptimizationLevel: 'all' });
const [, height, width] = session.inputMetadata[0].shape;
const client = await mqtt.connectAsync(broker, { protocolVersion: 5 });

async function* decoded() {
  const ffmpeg = spawn('ffmpeg', ['-v', 'fatal', '-stream_loop', '-1', '-i', video, '-vf', `scale=${width}:${height}:flags=bilinear`, '-pix_fmt', 'bgr24', '-f', 'rawvideo', '-'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let frame = Buffer.allocUnsafe(width * height * 3), filled = 0;
    for await (const chunk of ffmpeg.stdout) {
      for (let at = 0; at < chunk.length;) {
        const taken = chunk.copy(frame, filled, at);
        at += taken;
        filled += taken;
        if (filled === frame.length) {
          yield frame;
          frame = Buffer.allocUnsafe(width * height * 3);
          filled = 0;
        }
      }
    }
  } finally {
    ffmpeg.kill();
  }
}

function millimetres(metres) {
  const pixels = new Uint16Array(metres.length);
  for (let i = 0; i < pixels.length; i++) {
    const mm = metres[i] * 1000 + 0.5;
    pixels[i] = mm > 0 && mm < 65536 ? mm : 0;
  }
  return pixels;
}

function colours(normals) {
  const count = width * height, pixels = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    pixels[3 * i] = normals[i] * 127.5 + 128;
    pixels[3 * i + 1] = normals[count + i] * 127.5 + 128;
    pixels[3 * i + 2] = normals[2 * count + i] * 127.5 + 128;
  }
  return pixels;
}

const bytes = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
const png = (pixels, channels, space) => sharp(pixels, { raw: { width, height, channels } }).toColourspace(space).png({ compressionLevel: 1 }).toBuffer();

async function publish({ segmentation, depth, normals }) {
  const maps = [segmentation.data, millimetres(depth.data), colours(normals.data)];
  const payloads = encoding === 'raw' ? maps.map(bytes) : await Promise.all([png(maps[0], 1, 'b-w'), png(maps[1], 1, 'grey16'), png(maps[2], 3, 'srgb')]);
  await Promise.all([segmentationTopic, depthTopic, normalsTopic].map((topic, i) => client.publishAsync(topic, payloads[i], { qos: 0 })));
}

let sent = 0, last = Promise.resolve();
for await (const image of decoded()) {
  const outputs = await session.run({ [session.inputNames[0]]: new ort.Tensor('uint8', image, [1, height, width, 3]) });
  await last;
  last = publish(outputs);
  if (++sent === Number(frames)) {
    break;
  }
}
await last;
await client.endAsync();
