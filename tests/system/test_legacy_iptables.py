"""A host whose Docker still writes the kernel's older tables, with iptables-legacy."""

import pytest

import probe
from configuration import BRIDGE_MODE
from host_lab import HostLab
from lan import HOST, ROUTER
from state import difference, whole_state
from world import CONTAINER, PUBLISHED, SERVICE, build_world


@pytest.fixture(scope="module")
def world():
    with build_world("docker-bridge", iptables="legacy") as built:
        yield built


def test_docker_uses_the_older_tables(world):
    assert "DOCKER-USER" in world.lab.host.run("iptables-legacy-save")
    assert "DOCKER-USER" not in world.lab.host.run("iptables-nft-save")


@pytest.mark.parametrize("client, address, port, server", [
    pytest.param("container", ROUTER, SERVICE, "router", id="container to router"),
    pytest.param("container", HOST, PUBLISHED, "registry", id="container to published port"),
    pytest.param("LAN machine", CONTAINER, SERVICE, "container", id="LAN machine to container"),
    pytest.param("host", CONTAINER, SERVICE, "container", id="host to container"),
    pytest.param("ordinary container", CONTAINER, SERVICE, "container", id="ordinary container to container")])
def test_tcp_is_delivered(world, client, address, port, server):
    assert probe.tcp(world.clients[client], address, port) == f"delivered by {server}"


def test_a_guard_that_somebody_removed_is_repaired(world):
    world.lab.host.run("iptables-legacy", "-F", "DOCKER-USER")
    assert "MISSING" in world.lab.onlan("status", expect=3).stdout
    world.lab.onlan("up", "--yes")
    world.lab.onlan("status", expect=0)
    assert probe.tcp(world.lab.pc, CONTAINER, SERVICE) == "delivered by container"


def test_down_puts_everything_back():
    with HostLab(iptables="legacy") as lab:
        lab.write(BRIDGE_MODE)
        before = whole_state(lab)
        lab.onlan("up", "--yes")
        lab.onlan("down", "--yes")
        assert difference(before, whole_state(lab)) == ""
