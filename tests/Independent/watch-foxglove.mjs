// Watches a live node with Foxglove's own client of its WebSocket protocol and decodes what comes by the schemas that Foxglove publishes:
//   watch-foxglove.mjs URL N [ORIGIN]      until every channel of a camera gave N messages (calibration, log, metrics: one)
// Prints what the server said of itself, its channels, status messages to requests that it cannot grant, times and messages; pixels as base64.
import foxglove from '@foxglove/ws-protocol';
import { WebSocket } from 'ws';
import { decode, isPublished, print } from './published-schemas.mjs';

const { FoxgloveClient } = foxglove;
const [url, count, origin] = process.argv.slice(2);
const socket = new WebSocket(url, [FoxgloveClient.SUPPORTED_SUBPROTOCOL], origin ? { origin } : {});
const client = new FoxgloveClient({ ws: socket });
const seen = { channels: [], statuses: [], times: [], messages: [], later: 0 };
const wanted = (topic) => (/\/(calibration|log|metrics)$/.test(topic) ? 1 : Number(count));
const channels = new Map();
const left = new Map();
let open = true;

client.on('error', (error) => { console.error(String(error)); process.exit(1); });
client.on('serverInfo', (info) => { seen.info = info; });
client.on('status', (status) => { seen.statuses.push({ level: status.level, message: status.message }); });
client.on('time', (time) => { if (seen.times.length < 100) seen.times.push(String(time.timestamp)); });
client.on('advertise', (list) => {
  for (const channel of list) {
    seen.channels.push({ topic: channel.topic, encoding: channel.encoding, schemaName: channel.schemaName, schemaEncoding: channel.schemaEncoding,
      published: channel.encoding === 'protobuf' ? isPublished(channel.schemaName, Buffer.from(channel.schema, 'base64')) : JSON.parse(channel.schema).type });
    channels.set(client.subscribe(channel.id), channel);
    left.set(channel.topic, wanted(channel.topic));
  }
  // None of these can be granted.
  client.subscribe(list[0].id);
  client.subscribe(4711);
  client.unsubscribe(4712);
  client.getParameters(['rate']);
  client.sendMessage(1, new Uint8Array(3));
});
client.on('message', ({ subscriptionId, timestamp, data }) => {
  const channel = channels.get(subscriptionId);
  if (!open) { seen.later += 1; return; }
  if (left.get(channel.topic) === 0) return;
  left.set(channel.topic, left.get(channel.topic) - 1);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const content = channel.encoding === 'json' ? JSON.parse(new TextDecoder().decode(bytes)) : decode(channel.schemaName, bytes);
  if (content.data instanceof Uint8Array) content.data = Buffer.from(content.data).toString('base64');
  seen.messages.push({ topic: channel.topic, logTime: String(timestamp), content });
  if ([...left.values()].some((n) => n > 0) || seen.statuses.length < 5) return;
  // Unsubscribed from everything, nothing comes any more: what was on its way is allowed for, then there is silence.
  open = false;
  for (const id of channels.keys()) client.unsubscribe(id);
  setTimeout(() => {
    seen.later = 0;
    setTimeout(() => { print(seen); client.close(); }, 500);
  }, 1000);
});
