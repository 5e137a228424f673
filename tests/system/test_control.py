"""Without what onlan adds, the same set-ups fail: so the tables of the other files can fail, and say something."""

import pytest

import probe
from lan import HOST, ROUTER
from world import CONTAINER, PUBLISHED, SERVICE, build_world

FAILED = {"reset", "timeout", "stalled"}


@pytest.fixture(scope="module")
def world():
    with build_world("docker-bridge") as built:
        yield built


@pytest.fixture
def repaired(world):
    yield
    world.lab.onlan("up", "--yes")


@pytest.mark.usefixtures("repaired")
def test_without_its_nftables_guard_a_container_cannot_use_published_ports(world):
    world.lab.host.run("nft", "delete", "table", "inet", "onlan")
    outcomes = {probe.tcp(world.clients["container"], HOST, PUBLISHED) for _ in range(5)}
    assert outcomes <= FAILED


@pytest.mark.usefixtures("repaired")
def test_without_its_iptables_guards_docker_drops_what_the_bridges_forward(world):
    world.lab.host.run("iptables", "-F", "DOCKER-USER")
    assert probe.tcp(world.lab.pc, CONTAINER, SERVICE) in FAILED


def test_plain_macvlan_keeps_host_and_container_apart(lab):
    lab.engine.docker("network", "create", "--driver", "macvlan", "--subnet", "192.168.137.0/24", "--gateway", ROUTER,
               "--opt", "parent=br-up", "plain")
    container = lab.engine.run("plain", "--network", "plain", "--ip", CONTAINER)
    outcomes = (probe.ping(container, ROUTER), probe.ping(container, HOST))
    lab.engine.docker("rm", "--force", "plain")
    lab.engine.docker("network", "rm", "plain")
    assert outcomes[0] == f"delivered by {ROUTER}"
    assert outcomes[1] in ("timeout", "unreachable")
