// Reads a TensorBoard event file: records and checksums by @roboflow/tfrecords, messages by protobufjs after TensorFlow's event.proto; prints JSON.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import protobuf from 'protobufjs';

const require = createRequire(import.meta.url);
const { crc32c, maskCrc, readInt64 } = require('@roboflow/tfrecords/src/tensorFlowHelpers.js');

const schema = protobuf.parse(`
  syntax = "proto3";
  message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
  message Summary { message Value { string tag = 1; float simple_value = 2; } repeated Value value = 1; }
`, { keepCase: true }).root.lookupType('Event');

const file = fs.readFileSync(process.argv[2]);
const events = [];
for (let at = 0; at < file.length;) {
  const head = file.slice(at, at + 8);
  const length = readInt64(head);
  if (maskCrc(crc32c(head)) !== file.readUInt32LE(at + 8)) throw new Error(`wrong checksum of a length at ${at}`);
  const body = file.slice(at + 12, at + 12 + length);
  if (maskCrc(crc32c(body)) !== file.readUInt32LE(at + 12 + length)) throw new Error(`wrong checksum of a record at ${at}`);
  events.push(schema.toObject(schema.decode(body), { longs: Number, arrays: true }));
  at += 16 + length;
}
console.log(JSON.stringify(events));
