// Reads an MCAP file with Foxglove's own library, by its index and as a stream with every checksum checked, and prints what it found as JSON.
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { McapIndexedReader, McapStreamReader } from '@mcap/core';
import { FileHandleReadable } from '@mcap/nodejs';
import { decompress } from 'fzstd';

const path = process.argv[2];
const decompressHandlers = { zstd: (packed, size) => decompress(packed, new Uint8Array(Number(size))) };
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const handle = await open(path, 'r');
const reader = await McapIndexedReader.Initialize({ readable: new FileHandleReadable(handle), decompressHandlers });
const found = { messages: [], attachments: [], metadata: [] };
for await (const message of reader.readMessages()) {
  const channel = reader.channelsById.get(message.channelId);
  found.messages.push({
    topic: channel.topic, encoding: channel.messageEncoding, schema: reader.schemasById.get(channel.schemaId)?.name ?? null,
    sequence: message.sequence, logTime: String(message.logTime), publishTime: String(message.publishTime), sha256: sha256(message.data),
  });
}
for await (const attachment of reader.readAttachments()) {
  found.attachments.push({ name: attachment.name, mediaType: attachment.mediaType, sha256: sha256(attachment.data) });
}
for await (const metadata of reader.readMetadata()) {
  found.metadata.push({ name: metadata.name, entries: Object.fromEntries(metadata.metadata) });
}
found.statistics = JSON.parse(JSON.stringify(reader.statistics, (_, value) => (typeof value === 'bigint' ? String(value) : value instanceof Map ? Object.fromEntries(value) : value)));
found.library = reader.header.library;
await handle.close();

const stream = new McapStreamReader({ decompressHandlers, validateCrcs: true });
stream.append(await readFile(path));
found.streamed = 0;
for (let record; (record = stream.nextRecord()); ) {
  if (record.type === 'Message') found.streamed++;
}
found.done = stream.done();
console.log(JSON.stringify(found));
