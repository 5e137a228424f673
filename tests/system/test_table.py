"""Everybody reaches everybody: the table of the README, cell by cell, in both modes."""

import pytest

import probe
from configuration import MODES
from topology import HOST, PC, ROUTER
from world import CONTAINER, PUBLISHED, SECOND, SERVICE, build_world


@pytest.fixture(scope="module", params=MODES)
def world(request):
    with build_world(request.param) as built:
        yield built


TARGETS = {
    "router": (ROUTER, SERVICE, "router"),
    "host": (HOST, SERVICE, "host"),
    "published port": (HOST, PUBLISHED, "registry"),
    "container on the LAN": (CONTAINER, SERVICE, "container"),
    "LAN machine": (PC, SERVICE, "pc"),
}
ROWS = {
    "container": ("router", "host", "published port", "LAN machine"),
    "second": ("container on the LAN",),
    "LAN machine": ("host", "published port", "container on the LAN"),
    "host": ("router", "published port", "container on the LAN", "LAN machine"),
    "ordinary container": ("router", "host", "published port", "container on the LAN", "LAN machine"),
}
CELLS = [pytest.param(client, target, id=f"{client} to {target}") for client, row in ROWS.items() for target in row]


@pytest.mark.parametrize("client, target", CELLS)
def test_tcp_is_delivered(world, client, target):
    address, port, server = TARGETS[target]
    assert probe.tcp(world.clients[client], address, port) == f"delivered by {server}"


@pytest.mark.parametrize("client, target", CELLS)
def test_udp_is_delivered(world, client, target):
    address, port, server = TARGETS[target]
    assert probe.udp(world.clients[client], address, port) == f"delivered by {server}"


@pytest.mark.parametrize("client, target", [cell for cell in CELLS if cell.values[1] != "published port"])
def test_ping_is_answered(world, client, target):
    address = TARGETS[target][0]
    assert probe.ping(world.clients[client], address) == f"delivered by {address}"


@pytest.mark.parametrize("protocol", [probe.tcp, probe.udp])
def test_the_host_reaches_an_ordinary_container_at_its_own_address(world, protocol):
    address = world.lab.engine.address_of("registry", "registry-net")
    assert protocol(world.lab.host, address, PUBLISHED) == "delivered by registry"


def test_published_ports_answer_every_single_time(world):
    outcomes = {probe.tcp(world.clients["container"], HOST, PUBLISHED) for _ in range(20)}
    assert outcomes == {"delivered by registry"}


@pytest.mark.parametrize("group", [probe.MDNS, probe.SSDP], ids=["mDNS", "SSDP"])
class TestMulticast:
    """What discovery lives on."""

    def test_a_container_hears_the_lan(self, world, group):
        heard = probe.multicast(world.lab.pc, world.clients["container"], group)
        assert heard == ("anybody there?", PC)

    def test_the_lan_hears_a_container(self, world, group):
        heard = probe.multicast(world.clients["container"], world.lab.pc, group)
        assert heard == ("anybody there?", CONTAINER)

    def test_containers_hear_each_other(self, world, group):
        heard = probe.multicast(world.clients["second"], world.clients["container"], group)
        assert heard == ("anybody there?", SECOND)
