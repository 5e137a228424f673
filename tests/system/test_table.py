"""Everybody reaches everybody: the table of the README, cell by cell, in both modes."""

import pytest

import probe
from cells import ORDINARY, ROWS, make_table_tests
from configuration import MODES
from lan import HOST, PC, ROUTER
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
TestTable = make_table_tests(ROWS | ORDINARY, TARGETS)


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
