#!/usr/bin/python3
"""A network camera: rtsp-server.py PORT [USER PASSWORD]. GStreamer's RTSP server with a flat picture in H.264.
Port 0 takes a free one; the port is the first line of the output."""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
launch = (
    "videotestsrc is-live=true pattern=solid-color foreground-color=0xff2060a0 ! video/x-raw,width=320,height=240,framerate=30/1"
    " ! openh264enc gop-size=10 ! rtph264pay name=pay0 pt=96 config-interval=1"
)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( {launch} )")
factory.set_shared(True)
if len(sys.argv) > 3:
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("owner", "media.factory.access", True)
    permissions.add_permission_for_role("owner", "media.factory.construct", True)
    factory.set_permissions(permissions)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "owner")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(sys.argv[2], sys.argv[3]), token)
    server.set_auth(auth)
server.get_mount_points().add_factory("/camera", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
