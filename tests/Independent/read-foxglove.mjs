// Reads a recording with Foxglove's MCAP library and decodes every message by the schemas that Foxglove publishes (not by those in the file),
// then says whether the schemas in the file are the same: read-foxglove.mjs FILE. Images are printed as their hashes.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { McapIndexedReader } from '@mcap/core';
import { FileHandleReadable } from '@mcap/nodejs';
import { foxgloveEnumSchemas, foxgloveMessageSchemas, generateProto } from '@foxglove/schemas/internal.js';
import { decompress } from 'fzstd';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const timestamp = 'syntax = "proto3"; package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }';
const published = new protobuf.Root();
protobuf.parse(timestamp, published, { keepCase: true });
function publish(name) {
  const schema = foxgloveMessageSchemas[name];
  const text = generateProto(schema, Object.values(foxgloveEnumSchemas).filter((item) => item.parentSchemaName === name));
  protobuf.parse(text.replace(/import .*;/g, ''), published, { keepCase: true });
}
const fieldsOf = (type) => type.fieldsArray.map((f) => `${f.id} ${f.name} ${f.resolve().resolvedType?.fullName.replace(/^\./, '') ?? f.type} ${f.repeated}`).sort();

const handle = await open(process.argv[2], 'r');
const reader = await McapIndexedReader.Initialize({ readable: new FileHandleReadable(handle), decompressHandlers: { zstd: (packed, size) => decompress(packed, new Uint8Array(Number(size))) } });
const types = new Map();
const found = { messages: [], metadata: [], attachments: [], schemas: {} };
for (const schema of reader.schemasById.values()) {
  if (schema.encoding !== 'protobuf') continue;
  publish(schema.name.replace('foxglove.', ''));
  types.set(schema.id, published.lookupType(schema.name));
  const set = (descriptor.FileDescriptorSet ?? protobuf.descriptor.FileDescriptorSet).decode(schema.data);
  const inFile = protobuf.Root.fromDescriptor(set).resolveAll().lookupType(schema.name);
  found.schemas[schema.name] = JSON.stringify(fieldsOf(inFile)) === JSON.stringify(fieldsOf(types.get(schema.id)));
}
for await (const message of reader.readMessages()) {
  const channel = reader.channelsById.get(message.channelId);
  const type = types.get(channel.schemaId);
  const content = type ? type.toObject(type.decode(message.data), { longs: String, defaults: true }) : JSON.parse(new TextDecoder().decode(message.data));
  if (content.data instanceof Uint8Array) content.data = { bytes: content.data.length, sha256: sha256(content.data) };
  found.messages.push({ topic: channel.topic, sequence: message.sequence, logTime: String(message.logTime), content });
}
for await (const attachment of reader.readAttachments()) found.attachments.push(attachment.name);
for await (const metadata of reader.readMetadata()) found.metadata.push({ name: metadata.name, entries: Object.fromEntries(metadata.metadata) });
await handle.close();
console.log(JSON.stringify(found));
