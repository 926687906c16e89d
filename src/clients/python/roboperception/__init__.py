"""Receives what a RoboPerception node sees: segmentation, depth and surface normals of every camera frame, over MQTT."""

from .errors import BrokerError, MissingLibraryError, PayloadError
from .header import FrameHeader
from .payload import Frame, decode, decode_bundle, read_header, read_points, split_bundle
from .points import Intrinsics, to_points
from .subscriber import PerceptionSubscriber, age

__all__ = ["BrokerError", "Frame", "FrameHeader", "Intrinsics", "MissingLibraryError", "PayloadError", "PerceptionSubscriber", "age", "decode", "decode_bundle",
           "read_header", "read_points", "split_bundle", "to_points"]
