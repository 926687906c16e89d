// The message types as Foxglove publishes them, whatever a file or a server says of them.
import { foxgloveEnumSchemas, foxgloveMessageSchemas, generateProto } from '@foxglove/schemas/internal.js';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

const wellKnown = `syntax = "proto3"; package google.protobuf;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Duration { int64 seconds = 1; int32 nanos = 2; }`;
const published = new protobuf.Root();
protobuf.parse(wellKnown, published, { keepCase: true });
const known = new Set();

function publish(name) {
  if (known.has(name)) return;
  known.add(name);
  const schema = foxgloveMessageSchemas[name];
  for (const field of schema.fields) if (field.type.type === 'nested') publish(field.type.schema.name);
  const enums = Object.values(foxgloveEnumSchemas).filter((item) => item.parentSchemaName === name);
  protobuf.parse(generateProto(schema, enums).replace(/import .*;/g, ''), published, { keepCase: true });
}

/** The type of a name such as foxglove.RawImage. */
export function publishedType(name) {
  publish(name.replace('foxglove.', ''));
  return published.lookupType(name);
}

const fieldsOf = (type) => type.fieldsArray.map((f) => `${f.id} ${f.name} ${f.resolve().resolvedType?.fullName.replace(/^\./, '') ?? f.type} ${f.repeated}`).sort();

/** Whether a serialised FileDescriptorSet describes a type as it is published. */
export function isPublished(name, set) {
  const given = protobuf.Root.fromDescriptor((descriptor.FileDescriptorSet ?? protobuf.descriptor.FileDescriptorSet).decode(set)).resolveAll().lookupType(name);
  return JSON.stringify(fieldsOf(given)) === JSON.stringify(fieldsOf(publishedType(name)));
}

/** As JSON, which has no infinity and no NaN: they become texts. */
export const print = (value) => console.log(JSON.stringify(value, (_, item) => (typeof item === 'number' && !Number.isFinite(item) ? String(item) : item)));

/** A message as plain values. */
export function decode(name, bytes) {
  const type = publishedType(name);
  return type.toObject(type.decode(bytes), { longs: String, defaults: true });
}
