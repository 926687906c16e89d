"""The points of a depth payload, row by row: PAYLOAD CAMERA_INFO."""

import json
import sys

from roboperception import Intrinsics, decode, to_points

with open(sys.argv[1], "rb") as payload, open(sys.argv[2]) as info:
    points = to_points(decode(payload.read()), Intrinsics.from_camera_info(json.load(info)))
print(json.dumps([[None if value != value else value for value in point] for point in points.reshape(-1, 3).tolist()]))
