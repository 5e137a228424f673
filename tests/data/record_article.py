#!/usr/bin/env python3
"""Records the article's host in the four states of its story, with what the kernel did in each.

As root, with ONLAN the program and ONLAN_DOCKER_ROOTFS a file system with a Docker engine: builds a host with a real
engine, makes the second bridge by hand, and writes article/STATE.json (`onlan snapshot`) and article/kernel.json.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "system"), str(HERE.parent / "lib")]

import probe  # noqa: E402
from topology import HOST, ROUTER, HostLab  # noqa: E402

CONTAINER, SUBNET, PORT = "192.168.137.248", "192.168.137.0/24", 5000
LINKS = """
link add br-lan137 type bridge
link add veth-lan137-1 type veth peer name veth-lan137-2
link set veth-lan137-1 master br-lan137
link set veth-lan137-2 master br-up
link set br-lan137 up
link set veth-lan137-1 up
link set veth-lan137-2 up
"""
NETWORK = {"bridge.name": "br-lan137", "bridge.inhibit_ipv4": "true", "bridge.enable_ip_masquerade": "false",
           "bridge.enable_icc": "true", "bridge.gateway_mode_ipv4": "routed"}


def accept(host, *rule):
    host.run("iptables", "-I", "DOCKER-USER", *rule, "-j", "ACCEPT")


def make_by_hand(lab):
    for line in LINKS.strip().splitlines():
        lab.host.ip(line)
    lab.docker("network", "create", "--driver", "bridge", "--subnet", SUBNET, "--gateway", ROUTER,
               *(f"--opt=com.docker.network.{name}={value}" for name, value in NETWORK.items()), "lan137")
    for bridge in ("br-up", "br-lan137"):
        accept(lab.host, "-i", bridge, "-o", bridge, "-m", "physdev", "--physdev-is-bridged")


def isolation(host):
    host.sysctl("net.ipv4.conf.all.rp_filter", 0)


def rp_filter(host):
    accept(host, "-i", "br-lan137", "!", "-o", "br-lan137")
    host.sysctl("net.ipv4.conf.all.rp_filter", 2)


def conntrack(host):
    host.sysctl("net.ipv4.conf.all.rp_filter", 0)


def notrack(host):
    host.sysctl("net.ipv4.conf.all.rp_filter", 2)
    host.run("iptables", "-t", "raw", "-I", "PREROUTING", "-i", "br-lan137", "-j", "NOTRACK")


def record(lab):
    lab.docker("network", "create", "--opt=com.docker.network.bridge.name=br-app", "app")
    registry = lab.engine.run("registry", "--network", "app", "--publish", f"{PORT}:{PORT}")
    lab.serve(registry, "registry", PORT)
    make_by_hand(lab)
    client = lab.engine.run("homeassistant", "--network", "lan137", "--ip", CONTAINER)
    did = {}
    for number, change in enumerate((isolation, rp_filter, conntrack, notrack), start=1):
        change(lab.host)
        for netns in (lab.host, registry, client):
            netns.run("ip", "neigh", "flush", "all")
            netns.run("conntrack", "-F")
        state = f"{number}-{change.__name__}"
        lab.onlan("snapshot", "--output", HERE / f"article/{state}.json")
        did[state] = probe.tcp(client, HOST, PORT)
    (HERE / "article/kernel.json").write_text(json.dumps(did, indent=2) + "\n")


lab = HostLab()
lab.prefix = "article"  # of the namespaces' names, which stand in the snapshots
with lab:
    record(lab)
print((HERE / "article/kernel.json").read_text(), end="", file=sys.stderr)
