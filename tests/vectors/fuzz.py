"""
Damages tests/vectors and reads them with src/clients/python. Usage: fuzz.py FOLDER INPUTS SEED. Ends with one line of JSON, or with the
first input that was neither read nor refused by name within a second and the memory that it can account for.
"""

import json
import random
import signal
import struct
import sys
import time
import traceback
import tracemalloc
import zlib
from pathlib import Path

import roboperception

folder, inputs, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
below = chance.randrange
INTERESTING = (0, 1, 2, 7, 16, 127, 128, 255, 256, 4096, 32767, 32768, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**64 - 1)
MOST_PIXELS = 4096 * 2160
READERS = (roboperception.decode, roboperception.decode_bundle, roboperception.read_points)

seeds = ([], [], [])
for path in sorted((folder / "sound").iterdir()):
    if path.suffix != ".values":
        seeds[1 if path.name.startswith("bundle-") else 2 if path.name.startswith("points-") else 0].append(path.read_bytes())


def seal(data):
    """Puts the checksums right: damage behind them is what a hostile sender would make."""
    if data[:4] == b"\x89PNG":
        at = 8
        while at + 12 <= len(data):
            length = struct.unpack_from(">I", data, at)[0]
            if length > len(data) - at - 12:
                return
            struct.pack_into(">I", data, at + 8 + length, zlib.crc32(data[at + 4:at + 8 + length]))
            at += 12 + length
    elif len(data) >= 96:
        start = struct.unpack_from("<H", data, 4)[0]
        if start <= len(data):
            struct.pack_into("<I", data, 78, zlib.crc32(data[start:]))


def damage(data, others):
    """One small change, in place."""
    at = below(len(data) + 1)
    length = min(len(data) - at, 1 + below(255 if below(8) == 0 else 8))
    kind = below(8)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << below(8)
    elif kind == 1 and at < len(data):
        data[at] = below(256)
    elif kind in (2, 3):
        size = 1 << below(4)
        number = (chance.choice(INTERESTING) & (256**size - 1)).to_bytes(size, chance.choice(("big", "little")))
        data[at:at + size] = number[:len(data) - at]
    elif kind == 4:
        del data[at:at + length]
    elif kind == 5:
        data[at:at] = data[at:at + length]
    elif kind == 6:
        other = chance.choice(others)
        start = below(len(other) + 1)
        data[at:at] = other[start:start + 1 + below(127)]
    elif below(3) == 0:
        del data[at:]
    else:
        data[at:at + length] = chance.randbytes(length)


def pixels_of(data):
    """The pixels that an input's headers speak of, within what is decoded at all."""
    try:
        header = roboperception.read_header(memoryview(data))
    except roboperception.PayloadError:
        return 0
    # Three outputs at most in one bundle; their sizes are the bundle's own affair, so the largest is allowed for.
    return 3 * MOST_PIXELS if header.kind == 5 else min(header.width * header.height, MOST_PIXELS)


# Once untraced: what Python loads when a reader first needs it is no input's doing.
for reader, sound in zip(READERS, seeds):
    for payload in sound:
        reader(payload)
accepted = refused = most_bytes = 0
most_seconds = 0.0
began = time.process_time()
for i in range(inputs):
    if i % 1000 == 0:
        signal.alarm(300)  # What never ends is ended by the signal.
    draw = below(10)
    reader = max(0, draw - 7)
    data = bytearray(chance.choice(seeds[reader]))
    for _ in range(1 + below(15) if below(5) == 0 else 1 + below(3)):
        damage(data, seeds[reader])
    if below(4) != 0:
        seal(data)
    payload = bytes(data)
    allowed = 64_000 + 10 * len(payload) + 64 * pixels_of(payload)
    tracemalloc.start()  # For the reader alone: what the damage takes is nobody's affair.
    start, finding = time.process_time(), None
    try:
        READERS[reader](payload)
        accepted += 1
    except roboperception.PayloadError:
        refused += 1
    except Exception as error:
        finding = f"{type(error).__name__}: {error} {traceback.format_exc()}"
    seconds, size = time.process_time() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    most_seconds, most_bytes = max(most_seconds, seconds), max(most_bytes, size)
    if finding is None and seconds > 1:
        finding = f"{seconds} s"
    if finding is None and size > allowed:
        finding = f"{size} bytes, {allowed} allowed"
    if finding is not None:
        sys.exit(f"input {i} of seed {seed} ({len(payload)} bytes): {finding}")
print(json.dumps({"inputs": inputs, "accepted": accepted, "refused": refused, "mostBytes": most_bytes, "mostSeconds": round(most_seconds, 3), "seconds": round(time.process_time() - began, 1)}))
