"""A network namespace: commands in it, and Python functions in it."""

import json
import multiprocessing
import pathlib
import subprocess

import netns

forked = multiprocessing.get_context("fork")


class Namespace:
    """Any network namespace that has a path: of `ip netns`, or of a process."""

    def __init__(self, path):
        self.path = str(path)

    def run(self, *command, check=True, **options):
        return subprocess.run(
            ["nsenter", f"--net={self.path}", *map(str, command)],
            check=check, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def ip(self, line):
        return self.run("ip", *line.split()).stdout

    def sysctl(self, name, value):
        self.run("sysctl", "-qw", f"{name}={value}")

    def json(self, *command):
        return json.loads(self.run(*command).stdout or "[]")

    def netlink_events(self, groups):
        """A socket on which the kernel tells of changes in here (rtnetlink(7), RTMGRP_*)."""
        return netns.netlink_events(self.path, groups)

    def call(self, function, *arguments):
        """What the function returns when it runs in here."""
        ours, theirs = forked.Pipe()
        child = forked.Process(target=_enter_and_send, args=(self.path, theirs, function, arguments), daemon=True)
        child.start()
        theirs.close()
        try:
            ok, value = ours.recv()
        finally:
            child.join()
        if not ok:
            raise value
        return value

    def start(self, function, *arguments):
        """The function goes on in here, until its process is killed; it calls ready() once it is at work."""
        ours, theirs = forked.Pipe()
        child = forked.Process(target=_enter_and_go_on, args=(self.path, theirs, function, arguments), daemon=True)
        child.start()
        theirs.close()
        ours.recv()
        return child, ours


class NamedNamespace(Namespace):
    """One of `ip netns`, new and without anything but a loopback interface."""

    def __init__(self, name):
        super().__init__(pathlib.Path("/run/netns", name))
        self.name = name
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.ip("link set lo up")

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.name], check=True)


def _enter_and_send(path, pipe, function, arguments):
    try:
        netns.enter(path)
        pipe.send((True, function(*arguments)))
    except BaseException as error:  # pylint: disable=broad-except  # raised again by the caller
        pipe.send((False, error))


def _enter_and_go_on(path, pipe, function, arguments):
    netns.enter(path)
    function(pipe, *arguments)
