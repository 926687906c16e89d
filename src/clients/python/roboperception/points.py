"""From pixels to rays and points."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np


@dataclass(frozen=True)
class Intrinsics:
    """A pinhole camera on the published grid, in the terms of sensor_msgs/CameraInfo (REP 104)."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    """Principal point, pixels from the centre of the first column."""
    cy: float
    distortion_model: str = "plumb_bob"
    distortion: tuple = ()
    """Empty or all zero where the node has taken the lens's distortion out."""

    @classmethod
    def from_camera_info(cls, info):
        """From the document of the topic cam/<c>/info (a dict); None if the camera is not calibrated."""
        k = info["k"]
        if k[0] == 0:
            return None
        return cls(info["width"], info["height"], k[0], k[4], k[2], k[5], info["distortion_model"], tuple(info["d"]))

    def rays(self):
        """float64 [H,W,2]: x/z and y/z of what each pixel sees, the lens's distortion undone."""
        return _rays(self)


def to_points(frame, intrinsics):
    """
    Points of a depth frame, float32 [H,W,3], metres in the camera optical frame (x right, y down, z forward; REP 103); NaN where the
    depth is invalid. `points[np.isfinite(points[..., 2])]` is the list of valid ones.
    """
    if frame.depth is None:
        raise ValueError(f"A {frame.kind} has no depth: points come from the output 'depth'.")
    if (intrinsics.height, intrinsics.width) != frame.depth.shape:
        raise ValueError(f"The intrinsics are for {intrinsics.width} x {intrinsics.height} pixels, the frame has {frame.depth.shape[1]} x {frame.depth.shape[0]}.")
    points = np.empty(frame.depth.shape + (3,), np.float32)
    points[..., :2] = intrinsics.rays() * frame.depth[..., None]
    points[..., 2] = frame.depth
    return points


@lru_cache(maxsize=4)
def _rays(camera):
    x = (np.arange(camera.width) - camera.cx) / camera.fx
    y = (np.arange(camera.height) - camera.cy) / camera.fy
    distorted = np.stack(np.meshgrid(x, y), axis=2)
    if any(camera.distortion):
        if camera.distortion_model not in ("plumb_bob", "rational_polynomial", "equidistant"):
            raise ValueError(f"The lens model '{camera.distortion_model}' is not known; known are plumb_bob, rational_polynomial, equidistant.")
        undo = _undo_equidistant if camera.distortion_model == "equidistant" else _undo_polynomial
        distorted = undo(distorted, np.asarray(camera.distortion, float))
    distorted.flags.writeable = False
    return distorted


def _undo_polynomial(distorted, d):
    """The inverse of OpenCV's model by fixed-point iteration: k1 k2 p1 p2 k3 [k4 k5 k6]."""
    k = np.zeros(8)
    k[:len(d)] = d[:8]
    undistorted = distorted.copy()
    for _ in range(40):
        x, y = undistorted[..., 0], undistorted[..., 1]
        r2 = x * x + y * y
        radial = (1 + r2 * (k[0] + r2 * (k[1] + r2 * k[4]))) / (1 + r2 * (k[5] + r2 * (k[6] + r2 * k[7])))
        shift = np.stack([2 * k[2] * x * y + k[3] * (r2 + 2 * x * x), k[2] * (r2 + 2 * y * y) + 2 * k[3] * x * y], axis=2)
        undistorted = (distorted - shift) / radial[..., None]
    return undistorted


def _undo_equidistant(distorted, d):
    """theta_d = theta (1 + k1 theta^2 + ... + k4 theta^8), solved for theta by Newton's method."""
    k = np.zeros(4)
    k[:len(d)] = d[:4]
    theta_d = np.hypot(distorted[..., 0], distorted[..., 1])
    theta = theta_d.copy()
    for _ in range(20):
        t2 = theta * theta
        value = theta * (1 + t2 * (k[0] + t2 * (k[1] + t2 * (k[2] + t2 * k[3])))) - theta_d
        slope = 1 + t2 * (3 * k[0] + t2 * (5 * k[1] + t2 * (7 * k[2] + t2 * 9 * k[3])))
        theta = theta - value / slope
    # A pinhole sees nothing at 90 degrees and beyond.
    theta = np.where(theta < np.pi / 2 - 1e-3, theta, np.nan)
    return distorted * np.divide(np.tan(theta), theta_d, out=np.ones_like(theta), where=theta_d > 1e-9)[..., None]
