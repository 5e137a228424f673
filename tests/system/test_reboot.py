"""After a reboot, as packaging/systemd does it: links and guards before Docker starts, Docker's network after it."""

import pathlib
import re
import subprocess

import pytest

import probe
from configuration import MODES
from host_lab import HostLab
from lan import HOST, ROUTER
from state import difference, whole_state

UNITS = pathlib.Path(__file__).parents[2] / "packaging/systemd"
CONTAINER = "192.168.137.210"
# A boot makes MAC addresses and Docker's own networks anew; of interfaces there are their switches.
KEPT = ("iptables", "ip6tables", "nftables", "routes -4", "rules -4", "rules -6", "sysctls")


def started_by(unit):
    """The unit's words for onlan."""
    return re.search(r"^ExecStart=\S+ (.*)", (UNITS / unit).read_text(), re.MULTILINE)[1].split()


@pytest.fixture(scope="module", params=MODES)
def before_and_rebooted(request):
    """A host on which onlan had run, with a container that starts with Docker; and its state before onlan's first run."""
    with HostLab() as lab:
        lab.write(MODES[request.param])
        before = whole_state(lab)
        lab.onlan("up", "--yes")
        lab.engine.run("container", "--network", "lan137", "--ip", CONTAINER, "--restart", "always")
        lab.reboot()
        lab.onlan(*started_by("onlan-links.service"))
        lab.engine.start()
        lab.onlan(*started_by("onlan.service"))
        yield before, lab


@pytest.fixture
def docker_first():
    """Nobody enabled onlan's units: dockerd finds no bridge after the boot, and makes one."""
    with HostLab() as lab:
        lab.write(MODES["docker-bridge"])
        before = whole_state(lab)
        lab.onlan("up", "--yes")
        lab.engine.run("container", "--network", "lan137", "--ip", CONTAINER, "--restart", "always")
        lab.reboot()
        lab.engine.start()
        yield before, lab


def assert_nothing_is_left(before, lab):
    lab.engine.docker("rm", "--force", "container")
    lab.onlan("down", "--yes")
    after = whole_state(lab)
    assert "on-lan137" not in lab.host.ip("link")
    assert "lan137" not in {network["Name"] for network in lab.engine.get("/networks")}
    assert difference({part: before[part] for part in KEPT}, {part: after[part] for part in KEPT}) == ""


def test_up_takes_over_the_bridge_that_docker_made(docker_first):
    before, lab = docker_first
    assert "take over bridge on-lan137, which Docker made" in lab.onlan("up", "--yes").stdout
    lab.onlan("status", expect=0)
    lab.serve(lab.router, "router", 9000)
    assert probe.tcp(lab.engine.namespace_of("container"), ROUTER, 9000) == "delivered by router"
    assert_nothing_is_left(before, lab)


def test_down_deletes_the_bridge_that_docker_made(docker_first):
    assert_nothing_is_left(*docker_first)


def test_everything_is_as_configured(before_and_rebooted):
    _, lab = before_and_rebooted
    assert "as configured" in lab.onlan("status").stdout


def test_the_container_that_starts_with_docker_has_its_address_and_is_reached(before_and_rebooted):
    _, lab = before_and_rebooted
    lab.serve(lab.router, "router", 9000)
    lab.serve(lab.host, "host", 9000, (HOST,))
    container = lab.engine.namespace_of("container")
    lab.serve(container, "container", 9000)
    assert [probe.tcp(container, ROUTER, 9000), probe.tcp(container, HOST, 9000), probe.tcp(lab.pc, CONTAINER, 9000)] == [
        "delivered by router", "delivered by host", "delivered by container"]


def test_down_takes_everything_away(before_and_rebooted):
    assert_nothing_is_left(*before_and_rebooted)


@pytest.fixture
def early():
    """A host whose uplink is not there yet."""
    with HostLab(docker=False) as lab:
        lab.write(MODES["docker-bridge"])
        lab.host.ip("link set br-up down name unplugged")
        yield lab


def test_an_uplink_that_appears_late_is_waited_for(early):
    command = early.onlan_command("--verbose", *started_by("onlan-links.service"))
    with early.host.popen(*command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as starting:
        next(line for line in starting.stderr if "waiting up to 60 seconds for br-up" in line)
        early.host.ip("link set unplugged name br-up up")
        assert starting.wait(30) == 0, starting.stderr.read()
    assert "master br-up" in early.host.ip("link show up-lan137")


def test_an_uplink_that_does_not_appear_is_named(early):
    assert "still missing: br-up" in early.onlan("up", "--yes", "--before-docker", "--wait", 1, expect=1).stderr
