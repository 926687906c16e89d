// Decodes CDR bytes with Foxglove's own reader of ROS 2 messages and prints the message as JSON: decode-ros2.mjs TYPE FILE.
// Numbers that JSON cannot hold are printed as strings.
import { readFile } from 'node:fs/promises';
import { parse } from '@foxglove/rosmsg';
import { ros2humble } from '@foxglove/rosmsg-msgs-common';
import { MessageReader } from '@foxglove/rosmsg2-serialization';

const [type, file] = process.argv.slice(2);
// vision_msgs is not among the common definitions: its message files, as vision_msgs 4 has them.
const vision = {
  'vision_msgs/LabelInfo': 'std_msgs/Header header\nvision_msgs/VisionClass[] class_map\nfloat32 threshold',
  'vision_msgs/VisionClass': 'uint16 class_id\nstring class_name',
};

function definition(name) {
  const known = ros2humble[name.replace('/msg/', '/')] ?? ros2humble[name];
  return known ?? { ...parse(vision[name], { ros2: true, skipTypeFixup: true })[0], name };
}
const definitions = new Map();
(function collect(name) {
  if (definitions.has(name)) return;
  const found = definition(name);
  definitions.set(name, found);
  for (const field of found.definitions) if (field.isComplex) collect(field.type);
})(type);

const message = new MessageReader([...definitions.values()]).readMessage(await readFile(file));
console.log(JSON.stringify(message, (_, value) => {
  if (ArrayBuffer.isView(value)) return [...value].map((item) => (Number.isFinite(item) ? item : String(item)));
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}));
