"""IPv6 with fixed addresses, in macvlan mode; docker-bridge mode cannot have it, and says so."""

import pytest

import probe
from configuration import BRIDGE_MODE, SUBNET6
from topology import HOST6, PC6, ROUTER6
from world import CONTAINER6, PUBLISHED, SERVICE, build_world


@pytest.fixture(scope="module")
def world():
    with build_world("macvlan", ipv6=True) as built:
        yield built


TARGETS = {
    "router": (ROUTER6, SERVICE, "router"),
    "host": (HOST6, SERVICE, "host"),
    "published port": (HOST6, PUBLISHED, "registry"),
    "container on the LAN": (CONTAINER6, SERVICE, "container"),
    "LAN machine": (PC6, SERVICE, "pc"),
}
ROWS = {
    "container": ("router", "host", "published port", "LAN machine"),
    "second": ("container on the LAN",),
    "LAN machine": ("host", "published port", "container on the LAN"),
    "host": ("router", "published port", "container on the LAN", "LAN machine"),
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


def test_docker_bridge_mode_refuses_subnet6(lab):
    lab.write(BRIDGE_MODE + SUBNET6)
    refused = lab.onlan("plan", expect=1)
    assert "lan137: subnet6 does not work with attach: docker-bridge" in refused.stderr
