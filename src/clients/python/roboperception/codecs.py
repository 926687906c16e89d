"""The encodings besides PNG: fast (row delta and Brotli), rvl (Wilson 2017), and octahedral normals."""

import ctypes
import ctypes.util

import numpy as np

from .errors import MissingLibraryError, PayloadError

_BROTLI_SUCCESS = 1
_LONGEST_NUMBER = 11
_LARGEST_BLOCK = 1 << 14


def _load_brotli():
    for name in ("libbrotlidec.so.1", ctypes.util.find_library("brotlidec")):
        try:
            library = ctypes.CDLL(name) if name else None
        except OSError:
            continue
        if library is not None:
            library.BrotliDecoderDecompress.restype = ctypes.c_int
            library.BrotliDecoderDecompress.argtypes = [ctypes.c_size_t, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t), ctypes.c_void_p]
            return library
    raise MissingLibraryError("The encoding 'fast' needs the library libbrotlidec: run 'sudo apt install libbrotli1', or have the node publish 'png'.")


_brotli = None


def unbrotli(data, length):
    """Unpacks to exactly so many bytes. The library writes into room of that size: what would unpack to more cannot take more."""
    global _brotli
    if _brotli is None:
        _brotli = _load_brotli()
    room = np.empty(length, np.uint8)
    written = ctypes.c_size_t(length)
    result = _brotli.BrotliDecoderDecompress(len(data), bytes(data), ctypes.byref(written), room.ctypes.data)
    if result != _BROTLI_SUCCESS or written.value != length:
        raise PayloadError(f"The fast payload does not unpack to {length} bytes.")
    return room


def fast_depth(data, width, height):
    """uint16 [H,W]: each row is the running sum of 16-bit differences, whose low bytes come first, then their high bytes."""
    planes = unbrotli(data, 2 * width * height).reshape(2, height, width)
    differences = planes[1].astype(np.uint16)
    differences <<= 8
    differences |= planes[0]
    return np.cumsum(differences, axis=1, dtype=np.uint16)


def fast_normals(data, width, height):
    """float32 [3,H,W]: the planes u and v of an octahedral map centred on -z, (255,255) = invalid."""
    u, v = np.cumsum(unbrotli(data, 2 * width * height).reshape(2, height, width), axis=2, dtype=np.uint8)
    one = np.float32(1)
    x, y = u / np.float32(127) - one, v / np.float32(127) - one
    z = one - np.abs(x) - np.abs(y)
    # The far half of the sphere is folded over the corners.
    folded = z < 0
    x, y = (np.where(folded, (one - np.abs(y)) * np.where(x < 0, -one, one), x),
            np.where(folded, (one - np.abs(x)) * np.where(y < 0, -one, one), y))
    normals = np.stack([x, y, -z])
    normals /= np.sqrt(x * x + y * y + z * z)
    normals[:, (u == 255) & (v == 255)] = 0
    return normals


def rvl_depth(data, width, height):
    """uint16 [H,W]. Runs of invalid and valid pixels alternate; lengths and differences are numbers in groups of 3 bits."""
    pixels = width * height
    # A number a pixel, and two lengths a run.
    numbers = _rvl_numbers(data, 3 * pixels)
    depth = np.zeros(pixels, np.uint16)
    at = i = previous = 0
    while i < pixels:
        if at + 2 > len(numbers):
            raise PayloadError("The RVL data is truncated.")
        zeros, values = int(numbers[at]), int(numbers[at + 1])
        at += 2
        if zeros > pixels - i or values > pixels - i - zeros:
            raise PayloadError(f"The RVL data holds runs of {zeros} and {values} pixels where {pixels - i} are left.")
        if zeros + values == 0:
            raise PayloadError("The RVL data repeats an empty run.")
        if at + values > len(numbers):
            raise PayloadError("The RVL data is truncated.")
        i += zeros
        if values:
            zigzag = numbers[at:at + values].astype(np.int64)
            run = np.cumsum((zigzag >> 1) ^ -(zigzag & 1)) + previous
            depth[i:i + values] = run.astype(np.uint16)
            previous = int(run[-1])
            i += values
            at += values
    return depth.reshape(height, width)


def _rvl_numbers(data, most):
    """The first numbers of the data, at least `most` if it holds so many. One that does not end is left out, as if the data had ended before it."""
    parts, count = [], 0
    rest = np.empty(0, np.uint8)
    # In blocks: indices take eight times the memory of what they point at.
    size = min(max(most // 2, 64), _LARGEST_BLOCK) // 4 * 4
    end = len(data) // 4 * 4
    for start in range(0, end, size):
        words = np.frombuffer(data[start:min(start + size, end)], np.uint8).reshape(-1, 4)[:, ::-1].reshape(-1)
        nibbles = np.concatenate([rest, np.stack([words >> 4, words & 15], axis=1).reshape(-1)])
        ends = np.flatnonzero(nibbles < 8)
        starts = np.concatenate([[0], ends[:-1] + 1])[:len(ends)]
        lengths = ends - starts + 1
        endless = np.flatnonzero(lengths > _LONGEST_NUMBER)
        if endless.size:
            starts, lengths = starts[:endless[0]], lengths[:endless[0]]
        numbers = np.zeros(len(starts), np.int64)
        for group in range(int(lengths.max(initial=0))):
            longer = lengths > group
            numbers[longer] |= (nibbles[starts[longer] + group] & 7).astype(np.int64) << (3 * group)
        parts.append(numbers.astype(np.uint32))
        count += len(numbers)
        rest = nibbles[ends[-1] + 1:] if len(ends) else nibbles
        if endless.size or len(rest) > _LONGEST_NUMBER or count >= most:
            break
    return np.concatenate(parts) if parts else np.empty(0, np.uint32)
