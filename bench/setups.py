"""The ways onto the LAN that are compared. Each takes a host and answers with a container's namespace."""

import dataclasses
import typing

from configuration import MODES
from topology import HOST, ROUTER

CONTAINER = "192.168.137.210"
PORT = 9000


@dataclasses.dataclass(frozen=True)
class SetUp:
    name: str
    attach: typing.Callable
    address: str  # by which the LAN reaches the container


def _docker_nat(host):
    host.docker("network", "create", "ordinary")
    return host.engine.run("box1", "--network", "ordinary", "--publish", f"{PORT}:{PORT}/udp")


def _by_hand(host):
    for command in ("link add br-lan137 type bridge",
                    "link add veth-lan137-1 type veth peer name veth-lan137-2",
                    "link set veth-lan137-1 master br-lan137",
                    "link set veth-lan137-2 master br-up",
                    "link set br-lan137 up",
                    "link set veth-lan137-1 up",
                    "link set veth-lan137-2 up"):
        host.host.ip(command)
    options = {"bridge.name": "br-lan137", "bridge.inhibit_ipv4": "true", "bridge.enable_ip_masquerade": "false",
               "bridge.enable_icc": "true", "bridge.gateway_mode_ipv4": "routed", "driver.mtu": "1500"}
    host.docker("network", "create", "--driver", "bridge", "--subnet", "192.168.137.0/24", "--gateway", ROUTER,
                *(f"--opt=com.docker.network.{name}={value}" for name, value in options.items()), "lan137")
    host.host.run("iptables", "-t", "raw", "-I", "PREROUTING", "-i", "br-lan137", "-j", "NOTRACK")
    for bridge in ("br-up", "br-lan137"):
        host.host.run("iptables", "-I", "DOCKER-USER", "-i", bridge, "-o", bridge,
                      "-m", "physdev", "--physdev-is-bridged", "-j", "ACCEPT")
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
