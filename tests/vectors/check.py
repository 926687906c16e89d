"""Reads tests/vectors with src/clients/python. Ends with "N sound, N damaged" or with the first difference."""

import csv
import struct
import sys
import tracemalloc
from pathlib import Path

import numpy as np

import roboperception

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)


def rows(name):
    with open(folder / name, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def single(text):
    return struct.unpack("<f", struct.pack("<f", float(text)))[0]


def read(name, payload):
    """What a payload holds: the file's name says which reader it is for."""
    if name.startswith("bundle-"):
        return roboperception.decode_bundle(payload)
    return roboperception.read_points(payload) if name.startswith("points-") else roboperception.decode(payload)


def check_sound(row):
    payload = (folder / "sound" / row["file"]).read_bytes()
    frame = read(row["file"], payload)
    header = roboperception.read_header(memoryview(payload))
    for name, key in (("kind", "kind"), ("encoding", "encoding"), ("flags", "flags"), ("width", "width"), ("height", "height"), ("source_width", "source_width"),
                      ("source_height", "source_height"), ("sequence", "sequence"), ("acquired", "acquired"), ("published", "published"), ("session", "session")):
        assert getattr(header, name) == int(row[key]), f"{name} is {getattr(header, name)}"
    assert header.to_source == tuple(single(row[key]) for key in ("scale_x", "scale_y", "offset_x", "offset_y")), header.to_source
    assert (header.scale, header.offset, header.model_id) == (single(row["scale"]), single(row["offset"]), row["model"]), header
    values = (folder / "sound" / (row["file"] + ".values")).read_bytes()
    shape = (header.height, header.width)
    if row["file"].startswith("bundle-"):
        for name, part in frame.items():
            assert (part.sequence, part.header.published) == (header.sequence, header.published), f"{name} is of another frame"
        check_values(frame["segmentation"], values[:header.width * header.height])
        check_values(frame["depth"], values[header.width * header.height:5 * header.width * header.height])
        check_values(frame["normals"], values[5 * header.width * header.height:])
    elif row["file"].startswith("points-"):
        expected = np.frombuffer(values, "<f4").reshape(header.width, 7)
        assert np.array_equal(frame["xyz"], expected[:, :3]) and np.array_equal(frame["normal"], expected[:, 3:6]) and np.array_equal(frame["label"], expected[:, 6]), "the points differ"
    else:
        assert frame.header == header
        check_values(frame, values)


def check_values(frame, values):
    shape = (frame.header.height, frame.header.width)
    if frame.kind == "segmentation":
        assert frame.class_ids.dtype == np.uint8 and np.array_equal(frame.class_ids, np.frombuffer(values, np.uint8).reshape(shape)), "the class ids differ"
    elif frame.kind == "depth":
        assert frame.depth.dtype == np.float32 and np.array_equal(frame.depth, np.frombuffer(values, "<f4").reshape(shape), equal_nan=True), "the depths differ"
    else:
        expected = np.moveaxis(np.frombuffer(values, "<f4").reshape((3,) + shape), 0, 2)
        assert frame.normals.dtype == np.float32 and frame.normals.shape == expected.shape and np.abs(frame.normals - expected).max() <= 1e-6, "the normals differ"


def check_damaged(row):
    payload = (folder / "damaged" / row["file"]).read_bytes()
    tracemalloc.start()
    try:
        read(row["file"], payload)
        raise AssertionError("was not refused")
    except roboperception.PayloadError:
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most <= 10 * len(payload) + 64_000, f"took {most} bytes"


sound, damaged = rows("sound.tsv"), rows("damaged.tsv")
for check, table in ((check_sound, sound), (check_damaged, damaged)):
    for row in table:
        try:
            check(row)
        except Exception as error:
            sys.exit(f"{row['file']}: {type(error).__name__}: {error}")
print(f"{len(sound)} sound, {len(damaged)} damaged")
