"""Tunnels, and the cables of virtual machines: a program carries what is sent into one end to the other."""

import contextlib
import fcntl
import os
import selectors
import socket
import struct
import threading

TUNSETIFF = 0x400454CA
IFF_NO_PI = 0x1000
MODES = {"tun": 0x1, "tap": 0x2}
ROOM = 1 << 16


class Tunnels:
    """The devices are there from the making to the end of the `with`."""

    def __init__(self, namespaces, tunnels):
        self._selector = selectors.DefaultSelector()
        self._control, self._controlled = socket.socketpair()
        self._selector.register(self._controlled, selectors.EVENT_READ)
        for tunnel in tunnels:
            ends, _, mode = tunnel.partition(" mode ")
            one, other = (_open(namespaces, end, mode) for end in ends.split(" -- "))
            self._selector.register(one, selectors.EVENT_READ, other)
            self._selector.register(other, selectors.EVENT_READ, one)
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._control.close()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            if key.data is not None:
                os.close(key.fd)
        self._controlled.close()

    def _carry(self):
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                with contextlib.suppress(OSError):  # one of the ends is down
                    os.write(key.data, os.read(key.fd, ROOM))


def _open(namespaces, end, mode):
    machine, _, device = end.partition("/")
    with namespaces[machine].entered():
        tunnel = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", device.encode(), MODES[mode] | IFF_NO_PI))
    return tunnel
