"""A network namespace of our own: commands, files and sockets in it."""

import pathlib
import subprocess

import netns

PATIENCE = 60  # of the slowest command, on a busy machine


def command(*words, text=None):
    """What the command printed; that it failed or did not end is an error that says why."""
    line = " ".join(map(str, words))
    try:
        done = subprocess.run([str(word) for word in words], input=text, text=True, check=False, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL if text is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{line}: it did not end in {PATIENCE} s\n{text or ''}") from error
    if done.returncode != 0:
        raise RuntimeError(f"{line}: {done.stderr.strip() or done.stdout.strip()}\n{text or ''}")
    return done.stdout


class Namespace:
    """One of `ip netns`, new and without anything but a loopback interface."""

    def __init__(self, name):
        self.name = name
        self.path = pathlib.Path("/run/netns", name)
        command("ip", "netns", "add", name)

    def remove(self):
        command("ip", "netns", "del", self.name)

    def run(self, *words, text=None):
        with netns.entered(self.path):
            return command(*words, text=text)

    def socket(self, *arguments):
        return netns.open_socket(self.path, *arguments)

    def write_sysctls(self, values):
        with netns.entered(self.path):
            for name, value in values.items():
                pathlib.Path("/proc/sys", name.replace(".", "/")).write_text(f"{value}\n", encoding="ascii")


def remove_all(prefix):
    """What an ended process may have left behind."""
    for path in pathlib.Path("/run/netns").glob(f"{prefix}*"):
        subprocess.run(["ip", "netns", "del", path.name], check=False, stderr=subprocess.DEVNULL)
