"""The ways onto the LAN that are compared. Each takes a host and answers with a container's namespace."""

import dataclasses
import typing

import by_hand
from configuration import MODES
from lan import HOST

CONTAINER = "192.168.137.210"
PORT = 9000


@dataclasses.dataclass(frozen=True)
class SetUp:
    name: str
    attach: typing.Callable
    address: str  # by which the LAN reaches the container


def _docker_nat(host):
    host.engine.docker("network", "create", "ordinary")
    return host.engine.run("box1", "--network", "ordinary", "--publish", f"{PORT}:{PORT}/udp")


def _by_hand(host):
    by_hand.make(host)
    by_hand.untrack(host.host)
    return _run_on_lan(host)


def _onlan_up(mode):
    def attach(host):
        host.write(MODES[mode])
        host.onlan("up", "--yes")
        return _run_on_lan(host)
    return attach


def _run_on_lan(host):
    return host.engine.run("box1", "--network", "lan137", "--ip", CONTAINER)


NAT, BY_HAND, DOCKER_BRIDGE, MACVLAN = "Docker NAT", "by hand", "docker-bridge", "macvlan"
SETUPS = (SetUp(NAT, _docker_nat, HOST),
          SetUp(BY_HAND, _by_hand, CONTAINER),
          SetUp(DOCKER_BRIDGE, _onlan_up("docker-bridge"), CONTAINER),
          SetUp(MACVLAN, _onlan_up("macvlan"), CONTAINER))
