"""Waits until so many depth frames have come, then says what it has: BROKER FRAMES."""

import json
import sys
import time

from roboperception import PerceptionSubscriber

with PerceptionSubscriber(sys.argv[1], node="n", camera="front") as robot:
    # Retained documents come after the subscriptions hold.
    robot.wait_for("labels", 20)
    print("ready", flush=True)
    deadline = time.monotonic() + 20
    while robot.received("depth") < int(sys.argv[2]) and time.monotonic() < deadline:
        time.sleep(0.01)
    together = robot.take_all(timeout=5)
    newest = robot.take("depth", timeout=5)
    print(json.dumps({
        "newest": newest.sequence,
        "again": robot.take("depth", timeout=0.1) is None,
        "together": [together[output].sequence for output in ("segmentation", "depth", "normals")],
        "ids": together["segmentation"].class_ids.reshape(-1).tolist(),
        "received": robot.received("depth"), "superseded": robot.superseded("depth"), "missing": robot.missing("depth"),
        "damaged": robot.damaged, "stale": robot.stale,
        "state": robot.wait_for("status", 5)["state"], "width": robot.wait_for("info", 5)["width"], "calibrated": robot.intrinsics is not None,
        "classes": len(robot.wait_for("labels", 5)["classes"]),
    }), flush=True)
