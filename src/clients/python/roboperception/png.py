"""PNG files that carry our header in the chunk rpFh: grey 8, grey 16 and RGB 8, not interlaced, any filter."""

import struct
import zlib

import numpy as np

from .errors import PayloadError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NONE, _SUB, _UP, _AVERAGE, _PAETH = range(5)


def chunks(file):
    """Yields (type, data) up to and with IEND."""
    at = len(SIGNATURE)
    while at < len(file):
        length = struct.unpack_from(">I", file, at)[0] if len(file) - at >= 12 else len(file)
        if length > len(file) - at - 12:
            raise PayloadError("The PNG file is truncated inside a chunk.")
        kind, data = bytes(file[at + 4:at + 8]), file[at + 8:at + 8 + length]
        if zlib.crc32(data, zlib.crc32(kind)) != struct.unpack_from(">I", file, at + 8 + length)[0]:
            raise PayloadError(f"The PNG chunk {kind!r} has a wrong checksum: the payload is damaged.")
        yield kind, data
        if kind == b"IEND":
            return
        at += 12 + length


def frame_header(file):
    """The data of the chunk rpFh."""
    for kind, data in chunks(file):
        if kind == b"rpFh":
            return data
    raise PayloadError("The PNG file has no 'rpFh' chunk: it was not published by RoboPerception, or a tool removed it.")


def read_pixels(file, width, height, bit_depth, colour):
    """The unfiltered rows, uint8 [height, bytes a row]; samples of 16 bits have their high byte first."""
    pixel = (3 if colour == 2 else 1) * bit_depth // 8
    stride = width * pixel
    wanted = height * (1 + stride)
    inflate = zlib.decompressobj()
    rows = bytearray()
    sized = ended = False
    for kind, data in chunks(file):
        if kind == b"IHDR":
            _require_image(data, width, height, bit_depth, colour)
            sized = True
        elif kind == b"IDAT" and len(rows) < wanted:
            try:
                # Never more than the image needs, whatever the data would unpack to.
                rows += inflate.decompress(data, wanted - len(rows))
            except zlib.error as error:
                raise PayloadError(f"The PNG file's pixel data is damaged: {error}.") from error
        ended = kind == b"IEND"
    if not sized or not ended:
        raise PayloadError("The PNG file is truncated: IHDR or IEND is missing.")
    if len(rows) < wanted:
        raise PayloadError(f"The PNG file's pixel data is truncated: {len(rows)} of {wanted} bytes.")
    lines = np.frombuffer(rows, np.uint8).reshape(height, 1 + stride)
    return _unfilter(lines[:, 0], lines[:, 1:], pixel)


def _require_image(ihdr, width, height, bit_depth, colour):
    if len(ihdr) != 13:
        raise PayloadError(f"The PNG file's IHDR has {len(ihdr)} bytes, expected 13.")
    actual = struct.unpack(">IIBBBBB", ihdr)
    if actual[:2] != (width, height):
        raise PayloadError(f"The PNG file has {actual[0]} x {actual[1]} pixels, its frame header says {width} x {height}.")
    if actual[2:] != (bit_depth, colour, 0, 0, 0):
        raise PayloadError(f"The PNG file has bit depth {actual[2]}, colour type {actual[3]}, interlace {actual[6]}; expected {bit_depth}, {colour}, 0.")


def _unfilter(filters, rows, pixel):
    """Undoes the filters of section 9.2."""
    if filters.max() > _PAETH:
        raise PayloadError(f"The PNG file names filter {filters.max()}, known are 0 to 4.")
    if not filters.any():
        return rows
    height, stride = rows.shape
    pixels = np.empty_like(rows)
    above = np.zeros(stride, np.uint8)
    y = 0
    while y < height:
        if filters[y] in (_AVERAGE, _PAETH):
            end = y + 1
            while end < height and filters[end] in (_AVERAGE, _PAETH):
                end += 1
            pixels[y:end] = _wavefront(filters[y:end], rows[y:end], above, pixel)
            y = end
        else:
            row = rows[y]
            if filters[y] == _SUB:
                row = np.cumsum(row.reshape(-1, pixel), axis=0, dtype=np.uint8).reshape(-1)
            elif filters[y] == _UP:
                row = row + above
            pixels[y] = row
            y += 1
        above = pixels[y - 1]
    return pixels


def _wavefront(filters, rows, above, pixel):
    """
    Average and Paeth need the neighbours to the left and above, so that a row cannot be done at once; but the pixels of one
    anti-diagonal do not need each other. The image is sheared, so that an anti-diagonal is a row of memory.
    """
    height, width = len(rows), rows.shape[1] // pixel
    steps = width + height
    # sheared[x + y + 1, y + 1] is pixel (x, y); row 0 of the second axis is the row above, the zeros are what lies left of the image.
    sheared = np.zeros((steps + 1, height + 1, pixel), np.int16)
    diagonal, line, byte = sheared.strides
    view = np.lib.stride_tricks.as_strided(sheared[1:, 1:], (height, width, pixel), (diagonal + line, diagonal, byte))
    view[:] = rows.reshape(height, width, pixel)
    # Pixel (x, -1) lies at x - 1 + 1 = x.
    sheared[0:width, 0] = above.reshape(width, pixel)
    average = (filters == _AVERAGE)[:, None]
    for d in range(1, steps):
        first, last = max(0, d - width), min(height, d)
        a = sheared[d - 1, first + 1:last + 1]
        b = sheared[d - 1, first:last]
        c = sheared[d - 2, first:last] if d > 1 else np.zeros_like(b)
        b_c, a_c = b - c, a - c
        to_a, to_b, to_c = np.abs(b_c), np.abs(a_c), np.abs(a_c + b_c)
        guess = np.where((to_a <= to_b) & (to_a <= to_c), a, np.where(to_b <= to_c, b, c))
        if average.any():
            guess = np.where(average[first:last], (a + b) >> 1, guess)
        target = sheared[d, first + 1:last + 1]
        target += guess
        target &= 255
    return view.reshape(height, width * pixel).astype(np.uint8)
