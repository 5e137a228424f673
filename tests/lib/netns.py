"""Being in a network namespace, and sockets of one. A namespace is given by a path: of `ip netns`, or of a process."""

import contextlib
import ctypes
import os
import socket

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def enter(path):
    """This thread, for good."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns", str(path))
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def entered(path):
    """This thread is in the namespace meanwhile, the others of the process are not."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(path)
        yield
    finally:
        enter(f"/proc/self/fd/{home}")
        os.close(home)


def open_socket(path, *arguments):
    """A socket stays in the namespace that it was made in."""
    with entered(path):
        return socket.socket(*arguments)


def netlink_events(path, groups):
    """A socket on which the kernel tells of changes in there (rtnetlink(7), RTMGRP_*)."""
    events = open_socket(path, socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    events.bind((0, groups))
    return events
