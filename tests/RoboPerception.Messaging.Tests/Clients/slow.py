"""Takes a frame, says which, and works until it is told to go on: BROKER."""

import sys

from roboperception import PerceptionSubscriber

with PerceptionSubscriber(sys.argv[1], node="n", camera="front", outputs=["depth"]) as robot:
    robot.wait_for("labels", 20)
    print("ready", flush=True)
    while frame := robot.take("depth", timeout=20):
        print(frame.sequence, flush=True)
        if sys.stdin.readline() != "go\n":
            break
