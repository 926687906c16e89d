"""A consumer of one camera of a node: newest wins."""

import json
import threading
import time
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt

from .errors import BrokerError, PayloadError
from .header import KINDS
from .payload import decode, read_header, split_bundle
from .points import Intrinsics

DENSE = ("segmentation", "depth", "normals")
_MOST_OPEN_FRAMES = 4


class PerceptionSubscriber:
    """
    Receives the outputs of one camera. A thread drains the socket as fast as messages come and keeps only the newest of each output,
    so that a consumer of any speed sees a frame that is at most one of its own periods old; what it misses is counted.

        with PerceptionSubscriber("mqtt://robot.local", node="front", camera="cam0", outputs=["depth"]) as robot:
            while frame := robot.take("depth", timeout=5):
                print(frame.depth[frame.header.height // 2, frame.header.width // 2], "m ahead")

    broker: mqtt://host[:port] or mqtts://host[:port]; a user and a password may stand before the host, or be given as `username` and
    `password`. `ca_file`: certificates to trust beside mqtts, instead of the system's.
    """

    def __init__(self, broker, node, camera, outputs=DENSE, prefix="roboperception", client_id="", username=None, password=None, ca_file=None):
        address = urlsplit(broker)
        if address.scheme not in ("mqtt", "mqtts") or not address.hostname:
            raise BrokerError(f"The broker address '{broker.split('@')[-1]}' is not one: write mqtt://host or mqtts://host:port.")
        unknown = [output for output in outputs if output not in DENSE]
        if unknown or not outputs:
            raise ValueError(f"The output {unknown or outputs} is not known: choose from {', '.join(DENSE)}.")
        self.outputs = tuple(outputs)
        self._host = address.hostname
        self._port = address.port or (8883 if address.scheme == "mqtts" else 1883)
        root = f"{prefix}/v1/{node}"
        self._outputs_by_topic = {f"{root}/cam/{camera}/{output}": output for output in outputs}
        self._camera = camera
        self._bundle_topic = f"{root}/cam/{camera}/bundle"
        self._bundle_wanted = self._bundled = False
        self._documents_by_topic = {f"{root}/{name}": name for name in ("status", "description", "health", "metrics")}
        self._documents_by_topic.update({f"{root}/cam/{camera}/{name}": name for name in ("info", "labels")})
        self._documents = {}
        self._slots = {}
        self._open = {}
        self._complete = None
        self._last = {}
        self._received = dict.fromkeys(outputs, 0)
        self._superseded = dict.fromkeys(outputs, 0)
        self._missing = dict.fromkeys(outputs, 0)
        self._session = None
        self._newest_published = 0
        self._refusal = None
        self.damaged = 0
        """Messages that were damaged and thrown away."""
        self.stale = 0
        """Frames of an old session, out of order or retained, thrown away."""
        self._changed = threading.Condition()
        # paho-mqtt 2 asks which callbacks are meant; those of version 1 are gone in its future.
        version = {"callback_api_version": mqtt.CallbackAPIVersion.VERSION2} if hasattr(mqtt, "CallbackAPIVersion") else {}
        self._client = mqtt.Client(client_id=client_id, protocol=mqtt.MQTTv5, **version)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 5)
        username = username or (unquote(address.username) if address.username else None)
        if username:
            self._client.username_pw_set(username, password or (unquote(address.password) if address.password else None))
        if address.scheme == "mqtts":
            self._client.tls_set(ca_certs=ca_file)

    def start(self, timeout=10):
        """Connects, and from then on comes back by itself when the broker was away. Raises BrokerError if it refuses us or is not there."""
        try:
            self._client.connect(self._host, self._port, keepalive=15, clean_start=mqtt.MQTT_CLEAN_START_FIRST_ONLY)
        except OSError as error:
            raise BrokerError(f"The broker {self._host}:{self._port} cannot be reached: {error}. Is it running, and is the address right?") from error
        self._client.loop_start()
        with self._changed:
            self._changed.wait_for(lambda: self._refusal is not None or self.connected, timeout)
        if not self.connected:
            self.close()
            raise BrokerError(f"The broker {self._host}:{self._port} refused the connection: {self._refusal or 'it does not answer'}.")
        return self

    connected = False
    """True while the broker is there. Whether the node is, says `status`."""

    def close(self):
        """Ends the connection."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def take(self, output, timeout=None):
        """The newest Frame of an output that was not taken yet; None when none came within `timeout` seconds. Raises PayloadError if its pixels are damaged."""
        payload = self.take_payload(output, timeout)
        return None if payload is None else decode(payload)

    def take_payload(self, output, timeout=None):
        """The same as it arrived (bytes), to record or forward it."""
        if output not in self.outputs:
            raise ValueError(f"The output '{output}' was not subscribed to.")
        with self._changed:
            if not self._changed.wait_for(lambda: output in self._slots, timeout):
                return None
            return self._slots.pop(output)

    def take_all(self, timeout=None):
        """The newest frame of which every output has arrived, as a dict {output: Frame}; None when none came in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._complete is not None, timeout):
                return None
            payloads, self._complete = self._complete, None
        return {output: decode(payload) for output, payload in payloads.items()}

    def received(self, output):
        """Messages of an output that arrived."""
        return self._received[output]

    def superseded(self, output):
        """Messages of an output that a newer one replaced before they were taken."""
        return self._superseded[output]

    def missing(self, output):
        """Frames of an output that never arrived, by the gaps in their sequence."""
        return self._missing[output]

    @property
    def status(self):
        """The node's last status, {'state': 'ready', ...}; None until one came. 'lost': the node vanished."""
        return self._documents.get("status")

    @property
    def description(self):
        """What the node is and publishes; None until it came."""
        return self._documents.get("description")

    @property
    def health(self):
        """Health of the node's components; None until it came."""
        return self._documents.get("health")

    @property
    def metrics(self):
        """The node's last figures; None until they came."""
        return self._documents.get("metrics")

    @property
    def camera_info(self):
        """sensor_msgs/CameraInfo of the published grid, as a dict; None until it came."""
        return self._documents.get("info")

    @property
    def intrinsics(self):
        """Intrinsics of the published grid; None until they came, and for a camera that is not calibrated."""
        info = self.camera_info
        return None if info is None else Intrinsics.from_camera_info(info)

    @property
    def labels(self):
        """{class id: (name, '#RRGGBB')}; None until they came."""
        labels = self._documents.get("labels")
        return None if labels is None else {entry["id"]: (entry["name"], entry["colour"]) for entry in labels["classes"]}

    def wait_for(self, document, timeout=None):
        """Waits for 'info', 'labels', 'status', 'description', 'health' or 'metrics' and returns it (a dict); None when it did not come in time."""
        with self._changed:
            self._changed.wait_for(lambda: document in self._documents, timeout)
            return self._documents.get(document)

    # paho 1 gives (client, userdata, flags, reason, properties) with MQTT 5, paho 2 the same; on disconnect they differ.
    def _on_connect(self, client, userdata, flags, reason, properties=None):
        refused = reason.is_failure if hasattr(reason, "is_failure") else reason.value >= 0x80
        with self._changed:
            if refused:
                self._refusal = str(reason)
            else:
                self._bundle_wanted = self._bundled = False
                client.subscribe([(topic, mqtt.SubscribeOptions(qos=0)) for topic in self._outputs_by_topic]
                                 + [(topic, mqtt.SubscribeOptions(qos=1)) for topic in self._documents_by_topic])
                self.connected = True
            self._changed.notify_all()

    def _on_disconnect(self, *_):
        with self._changed:
            self.connected = False
            # What waits here is old by the time the broker is back.
            self._clear()

    def _on_message(self, client, userdata, message):
        output = self._outputs_by_topic.get(message.topic)
        if message.topic == self._bundle_topic:
            self._on_bundle(message)
            return
        if output is None:
            self._on_document(self._documents_by_topic.get(message.topic), message.payload)
            return
        try:
            header = read_header(message.payload)
        except PayloadError:
            self.damaged += 1
            return
        with self._changed:
            if KINDS[header.kind] != output or message.retain or not self._admit(output, header):
                # What a bundle has brought already may still be on its way alone.
                self.stale += 0 if self._bundled and not message.retain else 1
                return
            self._accept(output, header, message.payload)
            self._changed.notify_all()

    def _on_bundle(self, message):
        try:
            parts = split_bundle(message.payload)
        except PayloadError:
            self.damaged += 1
            return
        with self._changed:
            if message.retain:
                self.stale += 1
                return
            for output, (header, payload) in parts.items():
                if output in self.outputs and self._admit(output, header):
                    self._accept(output, header, payload)
            if self._bundle_wanted and not self._bundled:
                # From now on nothing is sent twice.
                self._bundled = True
                self._client.unsubscribe(list(self._outputs_by_topic))
            self._changed.notify_all()

    def _choose_topics(self, description):
        """Where the node sends every output that is wanted in one message, that message is enough."""
        outputs = [output for camera in description.get("cameras", []) if camera.get("id") == self._camera for output in camera.get("outputs", [])]
        parts = next((output.get("parts") or [] for output in outputs if output.get("topic") == self._bundle_topic), [])
        enough = len(self.outputs) > 1 and set(self.outputs) <= set(parts)
        if enough and not self._bundle_wanted:
            self._client.subscribe(self._bundle_topic, options=mqtt.SubscribeOptions(qos=0))
        elif not enough and self._bundle_wanted:
            self._client.unsubscribe(self._bundle_topic)
            self._client.subscribe([(topic, mqtt.SubscribeOptions(qos=0)) for topic in self._outputs_by_topic])
            self._bundled = False
        self._bundle_wanted = enough

    def _accept(self, output, header, payload):
        self._received[output] += 1
        if output in self._slots:
            self._superseded[output] += 1
        self._slots[output] = payload
        self._join(output, header.sequence, payload)

    def _on_document(self, name, payload):
        if name is None:
            return
        try:
            document = json.loads(payload) if payload else None
        except ValueError:
            self.damaged += 1
            return
        with self._changed:
            if document is None:
                self._documents.pop(name, None)
            elif not (name == "status" and self._is_old_will(document)):
                self._documents[name] = document
                if name == "description":
                    self._choose_topics(document)
            self._changed.notify_all()

    def _is_old_will(self, status):
        """The will of a session that has already been followed by another says nothing about the new one."""
        current = self._documents.get("status")
        return current is not None and status.get("state") == "lost" and current.get("state") != "lost" and status.get("session") != current.get("session")

    def _admit(self, output, header):
        """False for a frame of a session that is over or one that is not newer than the last."""
        if header.session != self._session:
            if self._session is not None and header.published < self._newest_published:
                return False
            self._session = header.session
            self._last.clear()
            self._clear()
        last = self._last.get(output)
        if last is not None:
            if header.sequence <= last:
                return False
            self._missing[output] += header.sequence - last - 1
        self._last[output] = header.sequence
        self._newest_published = max(self._newest_published, header.published)
        return True

    def _join(self, output, sequence, payload):
        """Collects the outputs of a frame. Holds few frames: an output that a slow network superseded never comes, and must not be waited for."""
        self._open.setdefault(sequence, {})[output] = payload
        if len(self._open) > _MOST_OPEN_FRAMES:
            del self._open[min(self._open)]
        if len(self._open.get(sequence, ())) == len(self.outputs):
            self._complete = self._open[sequence]
            self._open = {other: parts for other, parts in self._open.items() if other > sequence}

    def _clear(self):
        self._slots.clear()
        self._open.clear()
        self._complete = None


def age(frame):
    """Seconds since the camera took the frame, by this machine's clock."""
    return (time.time_ns() - frame.header.acquired) / 1e9
