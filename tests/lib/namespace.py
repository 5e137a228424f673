"""A network namespace, and whatever is done in one: commands, sockets, functions in a process of their own."""

import contextlib
import ctypes
import json
import multiprocessing
import pathlib
import socket
import subprocess

import command
from command import PATIENCE

CLONE_NEWNET = 0x40000000
NAMED = pathlib.Path("/run/netns")
_libc = ctypes.CDLL(None, use_errno=True)
_forking = multiprocessing.get_context("fork")


class Namespace:
    """Any that has a path: of `ip netns`, or of a process."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    @classmethod
    @contextlib.contextmanager
    def new(cls, name):
        """One of `ip netns`, with nothing but a loopback interface. It is gone afterwards."""
        command.run("ip", "netns", "add", name)
        try:
            namespace = cls(NAMED / name)
            namespace.ip("link set lo up")
            yield namespace
        finally:
            command.run("ip", "netns", "del", name)

    @property
    def name(self):
        """That of `ip netns`."""
        return self.path.name

    # Being in it.

    def enter(self):
        """This thread, for good."""
        with open(self.path, "rb", buffering=0) as here:
            if _libc.setns(here.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns", str(self.path))

    @contextlib.contextmanager
    def entered(self):
        """This thread is in here meanwhile, the others of the process are not."""
        with open("/proc/thread-self/ns/net", "rb", buffering=0) as home:
            try:
                self.enter()
                yield
            finally:
                Namespace(f"/proc/self/fd/{home.fileno()}").enter()

    # Commands.

    def run(self, *words, **how):
        """What it printed; that it failed is an error that says why."""
        with self.entered():
            return command.run(*words, **how)

    def attempt(self, *words, **how):
        """How it ended, and what it printed."""
        with self.entered():
            return command.attempt(*words, **how)

    def popen(self, *words, **streams):
        """One that goes on. There is nothing for it to read."""
        with self.entered():
            return subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, text=True, **streams)

    def ip(self, line):
        return self.run("ip", *line.split())

    def json(self, *words):
        return json.loads(self.run(*words) or "[]")

    # Files and sockets.

    def write_sysctls(self, values):
        with self.entered():
            for name, value in values.items():
                try:
                    pathlib.Path("/proc/sys", name.replace(".", "/")).write_text(f"{value}\n", encoding="ascii")
                except OSError as error:
                    raise RuntimeError(f"{name} = {value} in {self.path}: {error.strerror}") from error

    def socket(self, *arguments):
        """It stays in here, whoever uses it."""
        with self.entered():
            return socket.socket(*arguments)

    def netlink_events(self, groups):
        """A socket on which the kernel tells of changes in here (rtnetlink(7), RTMGRP_*)."""
        events = self.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        events.bind((0, groups))
        return events

    # Functions.

    def call(self, function, *arguments):
        """What the function returns, or raises, in here."""
        with self.running(_answer, function, *arguments) as (answer, _):
            return answer

    @contextlib.contextmanager
    def running(self, function, *arguments):
        """The function in a process of its own, which ends with the `with`.

        It is given one end of a pipe and says there that it is at work. That word, and the other end, are ours.
        """
        ours, theirs = _forking.Pipe()
        child = _forking.Process(target=_enter_and_run, args=(self, theirs, function, arguments), daemon=True)
        child.start()
        theirs.close()
        try:
            yield self._first_word(ours), ours
        finally:
            child.kill()
            child.join()
            ours.close()

    def _first_word(self, pipe):
        if not pipe.poll(PATIENCE):
            raise TimeoutError(f"a function in {self.path}: nothing was heard of it in {PATIENCE} s")
        try:
            word = pipe.recv()
        except EOFError as error:
            raise RuntimeError(f"a function in {self.path} ended without a word") from error
        if isinstance(word, BaseException):
            raise word
        return word


def remove_all(prefix):
    """The namespaces that ended processes may have left behind."""
    for path in NAMED.glob(f"{prefix}*"):
        command.attempt("ip", "netns", "del", path.name)


def _answer(pipe, function, *arguments):
    pipe.send(function(*arguments))


def _enter_and_run(namespace, pipe, function, arguments):
    try:
        namespace.enter()
        function(pipe, *arguments)
    except BaseException as error:  # who waits for the first word raises it
        pipe.send(error)
        raise
