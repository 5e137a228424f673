"""Measures `onlan snapshot` on a host with many containers and many tracked connections, and loading what it wrote.

usage: PYTHONPATH=tests/lib bench/snapshot.py [--namespaces N] [--connections N]      (root; $ONLAN names the program)

The host is a network namespace with a bridge; each container is a namespace on it with an address, a default route, a
listener and the iptables rules that Docker's resolver leaves in every container of a network that a user made.
"""

import argparse
import contextlib
import json
import os
import pathlib
import socket
import sys
import tempfile

from lan import plug
from namespace import Namespace

HERE = pathlib.Path(__file__).resolve().parent
ONLAN = os.environ.get("ONLAN", str(HERE.parent / "build/release/onlan"))
PREFIX = f"onlan-bench-{os.getpid()}"
SECONDS, MEBIBYTES = 2.0, 200
RESOLVER = """*nat
:DOCKER_OUTPUT - [0:0]
:DOCKER_POSTROUTING - [0:0]
-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:41735
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:58319
-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport 41735 -j SNAT --to-source :53
-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport 58319 -j SNAT --to-source :53
COMMIT
"""


def address(number):
    return f"10.99.{number // 250}.{number % 250 + 2}"


def make_host(made):
    host = made.enter_context(Namespace.new(PREFIX))
    host.ip("link add br0 type bridge")
    host.ip("link set br0 up")
    host.ip("address add 10.99.0.1/16 dev br0")
    return host


def make_container(host, number, made):
    container = made.enter_context(Namespace.new(f"{PREFIX}-{number}"))
    plug(container, "eth0", host, f"v{number}", "br0")
    lines = ["link set eth0 up", f"address add {address(number)}/16 dev eth0", "route add default via 10.99.0.1"]
    container.run("ip", "-batch", "-", input="\n".join(lines))
    container.run("iptables-nft-restore", input=RESOLVER)


def track(host, count):
    host.run("iptables-nft", "-A", "OUTPUT", "-m", "conntrack", "--ctstate", "NEW")
    host.write_sysctls({"net.netfilter.nf_conntrack_udp_timeout": 600})
    host.call(send, count)


def send(count):
    """UDP packets of the host to nobody, each of another flow."""
    ports = 1000
    for source in range(-(-count // ports)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("10.99.0.1", 20000 + source))
            for port in range(min(ports, count - source * ports)):
                with contextlib.suppress(OSError):
                    sender.sendto(b"", ("10.99.0.1", 40000 + port))


def measured(host, *words):
    """Seconds, and MiB at the peak."""
    seconds, kibibytes, code = host.run("/usr/bin/python3", "-IS", HERE / "timed.py", *words).split()
    if int(code) != 0:
        sys.exit(f"{' '.join(map(str, words))}: exit {code}")
    return float(seconds), int(kibibytes) / 1024


def measure(host):
    with tempfile.TemporaryDirectory() as folder:
        document = pathlib.Path(folder, "snapshot.json")
        best = min(measured(host, ONLAN, "snapshot", "--output", document) for _ in range(3))
        snapshot = json.loads(document.read_text())
        load = min(measured(host, ONLAN, "snapshot", "--snapshot", document) for _ in range(3))
        size = document.stat().st_size / 1e6
    print(f"{len(snapshot['namespaces']) - 1} container namespaces, {len(snapshot['namespaces'][0]['conntrack'])} tracked "
          f"connections, a document of {size:.1f} MB")
    print(f"snapshot: {best[0]:.2f} s, {best[1]:.0f} MiB   (goal: {SECONDS} s, {MEBIBYTES} MiB)")
    print(f"loading and writing it again: {load[0]:.2f} s, {load[1]:.0f} MiB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--namespaces", type=int, default=500)
    parser.add_argument("--connections", type=int, default=100_000)
    asked = parser.parse_args()
    with contextlib.ExitStack() as made:
        host = make_host(made)
        for number in range(asked.namespaces):
            make_container(host, number, made)
        track(host, asked.connections)
        measure(host)


if __name__ == "__main__":
    main()
