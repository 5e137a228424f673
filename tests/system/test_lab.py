"""`onlan lab`: the article's host shows its four failures, `onlan up` cures them, and nothing is left."""

import json
import pathlib
import select
import signal
import subprocess

import pytest

from engine import ROOTFS
from host_lab import ONLAN
from lan import HOST
from namespace import NAMED, Namespace

KINDS = {"Docker": ("--rootfs", ROOTFS), "no Docker": ("--no-docker",)}
FAILURES = [
    [("router", "timeout")],
    [("router", "delivered"), ("published port", "timeout")],
    [("published port", "timeout")],
    [("published port", "stalled")],
]


def lab(*arguments, **options):
    return subprocess.run([ONLAN, "lab", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=120, check=False, **options)


def remains():
    """Everything on the machine that carries the lab's name."""
    named = [*NAMED.glob("onlan-lab-*"), *pathlib.Path("/run").glob("onlan-lab"),
             *pathlib.Path("/sys/fs/cgroup").glob("onlan-lab"), *pathlib.Path("/sys/fs/cgroup").glob("*/onlan-lab")]
    mounts = [line for line in pathlib.Path("/proc/mounts").read_text().splitlines() if "onlan-lab" in line]
    return [*map(str, named), *mounts]


@pytest.fixture(autouse=True)
def nothing_is_left():
    assert remains() == []
    yield
    lab("down")
    assert remains() == []


@pytest.mark.parametrize("kind", KINDS)
def test_it_shows_four_failures_and_then_every_path_works(kind):
    told = lab("article", *KINDS[kind], "--json")
    assert told.returncode == 0, told.stderr
    story = json.loads(told.stdout)
    assert [[(one["to"], one["outcome"]) for one in failure["attempts"]] for failure in story["failures"]] == FAILURES
    assert len(story["paths"]) == 41
    assert {one["outcome"] for one in story["paths"]} == {"delivered"}
    assert remains() == []


def test_people_see_what_it_does_and_a_table_of_ticks():
    told = lab(*KINDS["no Docker"])
    assert told.returncode == 0, told.stderr
    assert "create bridge on-lan137" in told.stdout
    assert told.stdout.count("✓") == 15
    assert "✗" not in told.stdout


def test_a_kept_one_can_be_looked_at_and_taken_away():
    assert "onlan lab down" in lab(*KINDS["Docker"], "--keep").stdout
    pc = Namespace(NAMED / "onlan-lab-pc")
    assert pc.run(ROOTFS / "usr/bin/busybox", "nc", "-w", 2, HOST, 5000, input="anybody there?") == "anybody there?"
    second = lab(*KINDS["Docker"])
    assert second.returncode == 1
    assert "onlan lab down" in second.stderr
    assert lab("down").returncode == 0
    assert remains() == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopped_half_way_it_leaves_nothing(stop):
    with subprocess.Popen([ONLAN, "lab", *map(str, KINDS["Docker"])], stdout=subprocess.PIPE) as running:
        while b"1." not in running.stdout.readline():  # dockerd and its containers run
            assert select.select([running.stdout], [], [], 60)[0], "the lab says nothing"
        running.send_signal(stop)
        running.stdout.read()
    assert running.returncode != 0
    assert remains() == []
