// Reads a recording with Foxglove's MCAP library and decodes every message by the schemas that Foxglove publishes (not by those in the file),
// then says whether the schemas in the file are the same: read-foxglove.mjs FILE. Images are printed as their hashes.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { McapIndexedReader } from '@mcap/core';
import { FileHandleReadable } from '@mcap/nodejs';
import { decompress } from 'fzstd';
import { decode, isPublished, print } from './published-schemas.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const handle = await open(process.argv[2], 'r');
const reader = await McapIndexedReader.Initialize({ readable: new FileHandleReadable(handle), decompressHandlers: { zstd: (packed, size) => decompress(packed, new Uint8Array(Number(size))) } });
const types = new Map();
const found = { messages: [], metadata: [], attachments: [], schemas: {} };
for (const schema of reader.schemasById.values()) {
  if (schema.encoding !== 'protobuf') continue;
  types.set(schema.id, schema.name);
  found.schemas[schema.name] = isPublished(schema.name, schema.data);
}
for await (const message of reader.readMessages()) {
  const channel = reader.channelsById.get(message.channelId);
  const type = types.get(channel.schemaId);
  const content = type ? decode(type, message.data) : JSON.parse(new TextDecoder().decode(message.data));
  if (content.data instanceof Uint8Array) content.data = { bytes: content.data.length, sha256: sha256(content.data) };
  found.messages.push({ topic: channel.topic, sequence: message.sequence, logTime: String(message.logTime), content });
}
for await (const attachment of reader.readAttachments()) found.attachments.push(attachment.name);
for await (const metadata of reader.readMetadata()) found.metadata.push({ name: metadata.name, entries: Object.fromEntries(metadata.metadata) });
await handle.close();
print(found);
