import sys
from roboperception import PerceptionSubscriber, age

broker = sys.argv[1] if len(sys.argv) > 1 else "mqtt://broker.local"
with PerceptionSubscriber(broker, node="front", camera="cam0", outputs=["depth"]) as robot:
    while frame := robot.take("depth", timeout=5):          # always the newest; None when none came in 5 seconds
        height, width = frame.depth.shape                   # float32 metres, NaN = unknown
        print(f"frame {frame.sequence}, {1000 * age(frame):.0f} ms old: {frame.depth[height // 2, width // 2]:.3f} m ahead")
