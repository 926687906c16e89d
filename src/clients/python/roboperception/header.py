"""The 96 bytes that travel with every binary payload."""

import struct
from dataclasses import dataclass

from .errors import PayloadError

SIZE = 96
SEGMENTATION, DEPTH, NORMALS, IMAGE, BUNDLE, POINTS = 1, 2, 3, 4, 5, 6
KINDS = {SEGMENTATION: "segmentation", DEPTH: "depth", NORMALS: "normals", IMAGE: "image", BUNDLE: "bundle", POINTS: "points"}
PNG, FAST, RVL, RAW, ROS2, JPEG = 1, 2, 3, 4, 5, 6
ENCODINGS = {PNG: "png", FAST: "fast", RVL: "rvl", RAW: "raw", ROS2: "ros2", JPEG: "jpeg"}

# Little-endian without padding; the model id alone is big-endian, so that it prints like the hash.
_LAYOUT = struct.Struct("<4sHHBBHHHHQqqIffffff8sI")


@dataclass(frozen=True)
class FrameHeader:
    """Which camera frame a payload is, when it was taken, on which grid, and by which weights."""

    kind: int
    """1 segmentation, 2 depth, 3 normals, 4 image, 5 bundle, 6 points."""
    encoding: int
    """1 png, 2 fast, 3 rvl, 4 raw, 5 ros2, 6 jpeg."""
    flags: int
    """For readers that know them; 0 today."""
    width: int
    """Pixels per row of the payload."""
    height: int
    """Rows of the payload."""
    source_width: int
    """Pixels per row of the camera's image."""
    source_height: int
    """Rows of the camera's image."""
    sequence: int
    """Frame number of this camera in this session; a gap is a drop."""
    acquired: int
    """Time of the grab, nanoseconds since the UNIX epoch."""
    published: int
    """Time the payload was handed to the network, nanoseconds since the UNIX epoch."""
    session: int
    """Changes when the node restarts."""
    to_source: tuple
    """(sx, sy, tx, ty): x in the camera's image = sx * x + tx, likewise y; pixel centres are whole numbers."""
    scale: float
    """Metres per raw unit (depth)."""
    offset: float
    """Metres added after scaling (depth)."""
    model_id: str
    """First 8 bytes of the SHA-256 of the model file, in hexadecimal."""
    crc32: int
    """Of the uncompressed pixels in png, of all bytes behind the header otherwise."""


def read_header(data):
    """Reads a header. Returns it and its length, which a later version may make longer than 96."""
    if len(data) < SIZE:
        raise PayloadError(f"The frame header is truncated: {len(data)} of {SIZE} bytes.")
    (magic, length, flags, kind, encoding, width, height, source_width, source_height, sequence, acquired, published,
     session, sx, sy, tx, ty, scale, offset, model, crc32) = _LAYOUT.unpack_from(data)
    if magic != b"RPF1":
        raise PayloadError(f"The frame header has magic {magic!r}, expected 'RPF1'.")
    if not SIZE <= length <= len(data):
        raise PayloadError(f"The frame header says it has {length} bytes; expected at least {SIZE} and at most the payload's {len(data)}.")
    if kind not in KINDS:
        raise PayloadError(f"The frame header names kind {kind}, known are 1 to 6.")
    if encoding not in ENCODINGS:
        raise PayloadError(f"The frame header names encoding {encoding}, known are 1 to 6.")
    header = FrameHeader(kind, encoding, flags, width, height, source_width, source_height, sequence, acquired, published,
                         session, (sx, sy, tx, ty), scale, offset, model.hex(), crc32)
    return header, length
