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
import subprocess
import sys
import tempfile

from netns import enter

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


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, **options)


def address(number):
    return f"10.99.{number // 250}.{number % 250 + 2}"


def make_container(number):
    name = f"{PREFIX}-{number}"
    run("ip", "netns", "add", name)
    lines = [f"link add v{number} type veth peer name eth0 netns {name}", f"link set v{number} master br0 up"]
    run("ip", "-netns", PREFIX, "-batch", "-", input="\n".join(lines).encode())
    lines = ["link set lo up", "link set eth0 up", f"address add {address(number)}/16 dev eth0",
             "route add default via 10.99.0.1"]
    run("ip", "-netns", name, "-batch", "-", input="\n".join(lines).encode())
    run("ip", "netns", "exec", name, "iptables-nft-restore", input=RESOLVER.encode())


def track(count):
    """UDP packets of the host to nobody, each of another flow."""
    inside = ("ip", "netns", "exec", PREFIX)
    run(*inside, "iptables-nft", "-A", "OUTPUT", "-m", "conntrack", "--ctstate", "NEW")
    run(*inside, "sysctl", "-qw", "net.netfilter.nf_conntrack_udp_timeout=600")
    child = os.fork()
    if child == 0:
        enter(f"/run/netns/{PREFIX}")
        ports = 1000
        for source in range(-(-count // ports)):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind(("10.99.0.1", 20000 + source))
                for port in range(min(ports, count - source * ports)):
                    with contextlib.suppress(OSError):
                        sender.sendto(b"", ("10.99.0.1", 40000 + port))
        os._exit(0)
    os.waitpid(child, 0)


def measured(*words, inside=()):
    """Seconds, and MiB at the peak."""
    done = run(*inside, "/usr/bin/python3", "-IS", HERE / "timed.py", *words, text=True)
    seconds, kibibytes, code = done.stdout.split()
    if int(code) != 0:
        sys.exit(f"{' '.join(map(str, words))}: exit {code}")
    return float(seconds), int(kibibytes) / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--namespaces", type=int, default=500)
    parser.add_argument("--connections", type=int, default=100_000)
    asked = parser.parse_args()
    run("ip", "netns", "add", PREFIX)
    try:
        run("ip", "-netns", PREFIX, "-batch", "-", input=b"link set lo up\nlink add br0 type bridge\nlink set br0 up\n"
            b"address add 10.99.0.1/16 dev br0\n")
        for number in range(asked.namespaces):
            make_container(number)
        track(asked.connections)
        with tempfile.TemporaryDirectory() as folder:
            document = pathlib.Path(folder, "snapshot.json")
            best = min(measured(ONLAN, "snapshot", "--output", document, inside=("ip", "netns", "exec", PREFIX))
                       for _ in range(3))
            snapshot = json.loads(document.read_text())
            load = min(measured(ONLAN, "snapshot", "--snapshot", document) for _ in range(3))
            size = document.stat().st_size / 1e6
        host = snapshot["namespaces"][0]
        print(f"{len(snapshot['namespaces']) - 1} container namespaces, {len(host['conntrack'])} tracked connections, "
              f"a document of {size:.1f} MB")
        print(f"snapshot: {best[0]:.2f} s, {best[1]:.0f} MiB   (goal: {SECONDS} s, {MEBIBYTES} MiB)")
        print(f"loading and writing it again: {load[0]:.2f} s, {load[1]:.0f} MiB")
    finally:
        for path in pathlib.Path("/run/netns").glob(f"{PREFIX}*"):
            run("ip", "netns", "del", path.name)


if __name__ == "__main__":
    main()
