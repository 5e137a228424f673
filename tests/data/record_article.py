#!/usr/bin/env python3
"""Records the article's host in the four states of its story, with what the kernel did in each.

As root, with ONLAN the program and ONLAN_DOCKER_ROOTFS a file system with a Docker engine: builds a host with a real
engine, makes the second bridge by hand, and writes article/STATE.json (`onlan snapshot`) and article/kernel.json.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import by_hand  # noqa: E402
import probe  # noqa: E402
from host_lab import HostLab  # noqa: E402
from lan import HOST  # noqa: E402

CONTAINER, PORT = "192.168.137.248", 5000


def filter_paths(host, how):
    host.write_sysctls({"net.ipv4.conf.all.rp_filter": how})


def isolation(host):
    filter_paths(host, 0)


def rp_filter(host):
    by_hand.accept(host, "-i", "br-lan137", "!", "-o", "br-lan137")
    filter_paths(host, 2)


def conntrack(host):
    filter_paths(host, 0)


def notrack(host):
    filter_paths(host, 2)
    by_hand.untrack(host)


def record(lab):
    lab.engine.docker("network", "create", "--opt=com.docker.network.bridge.name=br-app", "app")
    registry = lab.engine.run("registry", "--network", "app", "--publish", f"{PORT}:{PORT}")
    lab.serve(registry, "registry", PORT)
    by_hand.make(lab)
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
