"""Docker's nftables backend (Docker 29) with its rules as that version writes them; namespaces stand in for its containers."""

import pytest

import probe
from configuration import BRIDGE_MODE
from host_lab import HostLab
from lan import HOST, ROUTER, plug
from namespace import Namespace

CONTAINER, REGISTRY, PUBLISHED, SERVICE = "192.168.137.210", "172.18.0.2", 5000, 9000

# Networks: app, of which one container publishes a port, and the LAN's, with gateway_mode_ipv4=routed.
RULES = f"""
table ip docker-bridges {{
    map filter-forward-in-jumps {{
        type ifname : verdict
        elements = {{ "br-app" : jump filter-forward-in__br-app, "on-lan137" : jump filter-forward-in__on-lan137 }}
    }}
    map filter-forward-out-jumps {{
        type ifname : verdict
        elements = {{ "br-app" : jump filter-forward-out__br-app, "on-lan137" : jump filter-forward-out__on-lan137 }}
    }}
    chain filter-FORWARD {{
        type filter hook forward priority filter; policy accept;
        oifname vmap @filter-forward-in-jumps
        iifname vmap @filter-forward-out-jumps
    }}
    chain nat-OUTPUT {{
        type nat hook output priority -100; policy accept;
        ip daddr != 127.0.0.0/8 fib daddr type local counter jump nat-prerouting-and-output
    }}
    chain nat-PREROUTING {{
        type nat hook prerouting priority dstnat; policy accept;
        fib daddr type local counter jump nat-prerouting-and-output
    }}
    chain nat-POSTROUTING {{
        type nat hook postrouting priority srcnat; policy accept;
        oifname != "br-app" ip saddr 172.18.0.0/16 counter masquerade comment "MASQUERADE"
    }}
    chain nat-prerouting-and-output {{
        iifname != "br-app" tcp dport {PUBLISHED} counter dnat to {REGISTRY}:{PUBLISHED} comment "DNAT"
    }}
    chain filter-forward-in__br-app {{
        ct state established,related counter accept
        iifname "br-app" counter accept comment "ICC"
        ip daddr {REGISTRY} tcp dport {PUBLISHED} counter accept
        counter drop comment "UNPUBLISHED PORT DROP"
    }}
    chain filter-forward-out__br-app {{
        ct state established,related counter accept
        counter accept comment "OUTGOING"
    }}
    chain filter-forward-in__on-lan137 {{
        ct state established,related counter accept
        ip protocol icmp counter accept comment "ICMP"
        iifname "on-lan137" counter accept comment "ICC"
        counter drop comment "UNPUBLISHED PORT DROP"
    }}
    chain filter-forward-out__on-lan137 {{
        ct state established,related counter accept
        counter accept comment "OUTGOING"
    }}
}}
"""


def connect(lab, namespace, bridge, address, gateway):
    plug(namespace, "eth0", lab.host, f"p-{bridge[:12]}", bridge)
    namespace.ip("link set eth0 up")
    namespace.ip(f"address add {address} dev eth0")
    namespace.ip(f"route add default via {gateway}")


@pytest.fixture(scope="module")
def world():
    with (HostLab(docker=False) as lab, Namespace.new(f"{lab.prefix}-container") as container,
          Namespace.new(f"{lab.prefix}-registry") as registry):
        lab.host.write_sysctls({"net.ipv4.ip_forward": 1})
        lab.host.ip("link add br-app type bridge")
        lab.host.ip("link set br-app up")
        lab.host.ip("address add 172.18.0.1/16 dev br-app")
        connect(lab, registry, "br-app", f"{REGISTRY}/16", "172.18.0.1")
        lab.host.run("nft", "-f", lab.write(RULES, "rules"))
        lab.write(BRIDGE_MODE)
        lab.onlan("up", "--yes", "--before-docker")
        connect(lab, container, "on-lan137", f"{CONTAINER}/24", ROUTER)
        lab.serve(lab.router, "router", SERVICE)
        lab.serve(lab.host, "host", SERVICE, (HOST,))
        lab.serve(container, "container", SERVICE)
        lab.serve(registry, "registry", PUBLISHED)
        yield lab, container


@pytest.mark.parametrize("address, port, server", [
    (ROUTER, SERVICE, "router"), (HOST, SERVICE, "host"), (HOST, PUBLISHED, "registry")],
    ids=["router", "host", "published port"])
def test_a_container_on_the_lan_reaches(world, address, port, server):
    _, container = world
    assert probe.tcp(container, address, port) == f"delivered by {server}"


def test_host_and_lan_machine_reach_the_container(world):
    lab, _ = world
    assert [probe.tcp(client, CONTAINER, SERVICE) for client in (lab.pc, lab.host)] == ["delivered by container"] * 2


def test_nothing_but_the_guard_against_connection_tracking_is_installed(world):
    lab, _ = world
    assert "inet onlan" in lab.host.run("nft", "list", "tables")
    assert "onlan:" not in lab.host.run("nft", "list", "table", "ip", "docker-bridges")


def test_without_that_guard_published_ports_fail(world):
    lab, container = world
    lab.host.run("nft", "delete", "table", "inet", "onlan")
    assert probe.tcp(container, HOST, PUBLISHED) in {"timeout", "stalled", "reset"}
    lab.onlan("up", "--yes", "--before-docker")
    assert probe.tcp(container, HOST, PUBLISHED) == "delivered by registry"
