"""IPv6 with fixed addresses, in macvlan mode; docker-bridge mode cannot have it, and says so."""

import pytest

from cells import ROWS, make_table_tests
from configuration import BRIDGE_MODE, SUBNET6
from lan import HOST6, PC6, ROUTER6
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
TestTable = make_table_tests(ROWS, TARGETS)


def test_docker_bridge_mode_refuses_subnet6(lab):
    lab.write(BRIDGE_MODE + SUBNET6)
    refused = lab.onlan("plan", expect=1)
    assert "lan137: subnet6 does not work with attach: docker-bridge" in refused.stderr
