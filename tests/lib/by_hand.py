"""The article's way onto the LAN, made by hand: a second bridge, cabled to the uplink, that Docker has a network on."""

from lan import ROUTER

LINKS = ("link add br-lan137 type bridge",
         "link add veth-lan137-1 type veth peer name veth-lan137-2",
         "link set veth-lan137-1 master br-lan137",
         "link set veth-lan137-2 master br-up",
         "link set br-lan137 up",
         "link set veth-lan137-1 up",
         "link set veth-lan137-2 up")
NETWORK = {"bridge.name": "br-lan137", "bridge.inhibit_ipv4": "true", "bridge.enable_ip_masquerade": "false",
           "bridge.enable_icc": "true", "bridge.gateway_mode_ipv4": "routed"}


def accept(host, *rule):
    host.run("iptables", "-I", "DOCKER-USER", *rule, "-j", "ACCEPT")


def untrack(host):
    host.run("iptables", "-t", "raw", "-I", "PREROUTING", "-i", "br-lan137", "-j", "NOTRACK")


def make(lab):
    """The network is called lan137. What is bridged passes Docker's firewall; connections are tracked still."""
    for line in LINKS:
        lab.host.ip(line)
    lab.engine.docker("network", "create", "--driver", "bridge", "--subnet", "192.168.137.0/24", "--gateway", ROUTER,
                      *(f"--opt=com.docker.network.{name}={value}" for name, value in NETWORK.items()), "lan137")
    for bridge in ("br-up", "br-lan137"):
        accept(lab.host, "-i", bridge, "-o", bridge, "-m", "physdev", "--physdev-is-bridged")
