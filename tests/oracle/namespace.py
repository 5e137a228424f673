"""A network namespace of our own: commands, files and sockets in it."""

import contextlib
import ctypes
import os
import pathlib
import socket
import subprocess

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _setns(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def command(*words, text=None):
    """What the command printed; that it failed is an error that says why."""
    done = subprocess.run([str(word) for word in words], input=text, text=True, check=False,
                          stdin=subprocess.DEVNULL if text is None else None,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.strip() or done.stdout.strip()}\n{text or ''}")
    return done.stdout


class Namespace:
    """One of `ip netns`, new and without anything but a loopback interface."""

    def __init__(self, name):
        self.name = name
        command("ip", "netns", "add", name)
        self._descriptor = os.open(pathlib.Path("/run/netns", name), os.O_RDONLY | os.O_CLOEXEC)

    def remove(self):
        os.close(self._descriptor)
        command("ip", "netns", "del", self.name)

    @contextlib.contextmanager
    def entered(self):
        """This thread is in the namespace, the others of the process are not."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(self._descriptor)
            yield
        finally:
            _setns(home)
            os.close(home)

    def run(self, *words, text=None):
        with self.entered():
            return command(*words, text=text)

    def socket(self, *arguments):
        """A socket stays in the namespace that it was made in."""
        with self.entered():
            return socket.socket(*arguments)

    def write_sysctls(self, values):
        with self.entered():
            for name, value in values.items():
                pathlib.Path("/proc/sys", name.replace(".", "/")).write_text(f"{value}\n", encoding="ascii")


def remove_all(prefix):
    """What an ended process may have left behind."""
    for path in pathlib.Path("/run/netns").glob(f"{prefix}*"):
        subprocess.run(["ip", "netns", "del", path.name], check=False, stderr=subprocess.DEVNULL)
