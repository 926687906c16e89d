"""Reads payloads. Strict: what is damaged is refused and named, never guessed."""

import struct
import zlib
from dataclasses import dataclass, replace
from typing import Optional

import numpy as np

from . import codecs, header as headers, png
from .errors import PayloadError
from .header import FrameHeader

MOST_PIXELS = 4096 * 2160
"""Pixels of the largest frame that is decoded."""

_PNG_LAYOUTS = {headers.SEGMENTATION: (8, 0), headers.DEPTH: (16, 0), headers.NORMALS: (8, 2)}
_POINT = np.dtype([("xyz", "<f4", 3), ("normal", "<f4", 3), ("label", "u1")])


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded output. Exactly one of the arrays is there, chosen by the header's kind."""

    header: FrameHeader
    class_ids: Optional[np.ndarray] = None
    """uint8 [H,W], 255 = unlabelled."""
    depth: Optional[np.ndarray] = None
    """float32 [H,W], metres along the optical axis, NaN = invalid."""
    normals: Optional[np.ndarray] = None
    """float32 [H,W,3], unit vectors toward the camera (x right, y down, z forward), (0,0,0) = invalid."""

    @property
    def kind(self):
        """'segmentation', 'depth' or 'normals'."""
        return headers.KINDS[self.header.kind]

    @property
    def sequence(self):
        """Frame number of this camera in this session."""
        return self.header.sequence


def read_header(payload):
    """The header alone: cheap, for those who only want to know which frame it is. Raises PayloadError."""
    return _locate(memoryview(payload))[0]


def decode(payload):
    """Reads a whole payload (bytes-like) into a Frame. Raises PayloadError, whose message says what is damaged."""
    payload = memoryview(payload)
    header, start = _locate(payload)
    if header.width == 0 or header.height == 0:
        raise PayloadError(f"The frame header says {header.width} x {header.height} pixels.")
    if header.width * header.height > MOST_PIXELS:
        raise PayloadError(f"The frame header says {header.width} x {header.height} pixels, more than the {MOST_PIXELS} of a 4K image.")
    if header.kind not in _PNG_LAYOUTS:
        raise PayloadError(f"The payload holds a '{headers.KINDS[header.kind]}', not a dense output.")
    if header.encoding == headers.PNG:
        pixels = png.read_pixels(payload, header.width, header.height, *_PNG_LAYOUTS[header.kind])
        if header.kind == headers.DEPTH:
            pixels = pixels.reshape(header.height, -1).view(">u2").astype("<u2")
        _require_crc(header, np.ascontiguousarray(pixels))
        return _interpret(header, pixels)
    data = payload[start:]
    _require_crc(header, data)
    return _interpret(header, _unpack(header, data))


def split_bundle(payload):
    """The outputs in a bundle (topic cam/<c>/bundle) as {name: (FrameHeader, payload)}. Raises PayloadError."""
    payload = memoryview(payload)
    header, at = headers.read_header(payload)
    if header.kind != headers.BUNDLE:
        raise PayloadError(f"The payload holds a '{headers.KINDS[header.kind]}', not a bundle.")
    _require_crc(header, payload[at:])
    if len(payload) - at < 4:
        raise PayloadError("The bundle ends before its table.")
    count = struct.unpack_from("<H", payload, at)[0]
    start = at + 4 + 8 * count
    if start > len(payload):
        raise PayloadError(f"The bundle says it has {count} parts, which its {len(payload)} bytes do not hold.")
    parts = {}
    for kind, _, _, length in struct.iter_unpack("<BBHI", payload[at + 4:start]):
        if length > len(payload) - start:
            raise PayloadError(f"A part of the bundle says it has {length} bytes, {len(payload) - start} are left.")
        part, start = payload[start:start + length], start + length
        if kind not in headers.KINDS:
            continue  # an output that came after this version
        inner = read_header(part)
        if (inner.kind, inner.sequence, inner.session, inner.acquired) != (kind, header.sequence, header.session, header.acquired):
            raise PayloadError(f"A part of the bundle, '{headers.KINDS[inner.kind]}' of frame {inner.sequence}, is not what the table of frame {header.sequence} says.")
        # The parts left with the bundle.
        parts[headers.KINDS[kind]] = (replace(inner, published=header.published), part)
    if start != len(payload):
        raise PayloadError(f"{len(payload) - start} bytes follow the last part of the bundle.")
    return parts


def decode_bundle(payload):
    """The dense outputs in a bundle, decoded: {name: Frame}. Raises PayloadError."""
    return {name: replace(decode(part), header=header) for name, (header, part) in split_bundle(payload).items() if header.kind in _PNG_LAYOUTS}


def read_points(payload):
    """Topic cam/<c>/points: an array of 'xyz' (metres), 'normal' ((0,0,0) = not known) and 'label' (255 = unlabelled). Raises PayloadError."""
    payload = memoryview(payload)
    header, start = headers.read_header(payload)
    if header.kind != headers.POINTS or header.encoding != headers.RAW:
        raise PayloadError(f"The payload holds a '{headers.KINDS[header.kind]}', not points.")
    data = payload[start:]
    _require_crc(header, data)
    if len(data) != header.width * _POINT.itemsize:
        raise PayloadError(f"The payload has {len(data)} bytes of points; {header.width} points need {header.width * _POINT.itemsize}.")
    return np.frombuffer(data, _POINT)


def _locate(payload):
    is_png = payload[:8] == png.SIGNATURE
    header, start = headers.read_header(png.frame_header(payload) if is_png else payload)
    if is_png != (header.encoding == headers.PNG):
        raise PayloadError(f"The frame header names the encoding {headers.ENCODINGS[header.encoding]}, but the payload {'is' if is_png else 'is not'} a PNG file.")
    return header, start


def _require_crc(header, data):
    actual = zlib.crc32(data)
    if actual != header.crc32:
        raise PayloadError(f"The pixel data has CRC 0x{actual:08X}, the frame header says 0x{header.crc32:08X}: the payload is damaged.")


def _unpack(header, data):
    """Raw pixels; of fast normals, which no raw pixels have, the vectors."""
    width, height = header.width, header.height
    if header.encoding == headers.RAW:
        samples, kind = {headers.SEGMENTATION: (1, np.uint8), headers.DEPTH: (1, "<u2"), headers.NORMALS: (3, np.uint8)}[header.kind]
        needed = width * height * samples * np.dtype(kind).itemsize
        if len(data) != needed:
            raise PayloadError(f"The raw payload has {len(data)} bytes of pixels; {width} x {height} need {needed}.")
        return np.frombuffer(data, kind).reshape(height, width * samples)
    if header.encoding == headers.FAST and header.kind == headers.SEGMENTATION:
        return codecs.unbrotli(data, width * height).reshape(height, width)
    if header.encoding == headers.FAST and header.kind == headers.DEPTH:
        return codecs.fast_depth(data, width, height)
    if header.encoding == headers.FAST:
        return codecs.fast_normals(data, width, height)
    if header.encoding == headers.RVL and header.kind == headers.DEPTH:
        return codecs.rvl_depth(data, width, height)
    raise PayloadError(f"The encoding {headers.ENCODINGS[header.encoding]} is not known for the output '{headers.KINDS[header.kind]}'.")


def _interpret(header, pixels):
    if header.kind == headers.SEGMENTATION:
        return Frame(header, class_ids=pixels)
    if header.kind == headers.DEPTH:
        metres = pixels.astype(np.float32)
        metres *= np.float32(header.scale)
        metres += np.float32(header.offset)
        metres[pixels == 0] = np.nan
        return Frame(header, depth=metres)
    if header.encoding == headers.FAST:
        return Frame(header, normals=np.moveaxis(pixels, 0, 2))
    rgb = pixels.reshape(header.height, header.width, 3)
    normals = rgb / np.float32(127.5) - np.float32(1)
    normals[(rgb == 128).all(axis=2)] = 0
    length = np.sqrt((normals * normals).sum(axis=2, keepdims=True))
    np.divide(normals, length, out=normals, where=length > 0)
    return Frame(header, normals=normals)
