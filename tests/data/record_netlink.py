"""Records what this kernel answers to netlink dumps, for tests/unit/kernel.

usage: python3 tests/data/record_netlink.py       (root; it makes a network namespace)
"""

import pathlib
import platform
import socket
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from namespace import Namespace  # noqa: E402

TOPOLOGY = """
link add br0 address 02:00:00:00:00:0b mtu 1400 type bridge stp_state 1 forward_delay 400 nf_call_iptables 1
link add va address 02:00:00:00:00:0a type veth peer name vb address 02:00:00:00:00:0c
link set va alias onlan:test
link set va master br0
link set va type bridge_slave hairpin on isolated on
link set br0 up
link set va up
link set vb up
link add mv address 02:00:00:00:00:0d link vb type macvlan mode bridge
addr add 192.168.137.250/24 brd + dev br0 label br0:lan
addr add 192.168.137.251/24 dev br0
addr add 10.1.1.1 peer 10.1.1.2/32 dev vb
addr add fd00:137::250/64 dev br0 nodad valid_lft 3600 preferred_lft 1800
route add default via 192.168.137.245 dev br0 proto static
route add 10.9.0.0/16 via 10.200.0.1 dev br0 onlink table 1000 metric 50 mtu 1300 src 192.168.137.250
route add unreachable 10.10.0.0/16
route add 10.11.0.0/16 nexthop via 192.168.137.1 dev br0 nexthop via 192.168.137.2 dev br0
route add 10.12.0.0/16 via inet6 fe80::1 dev br0
rule add priority 1000 iif br0 fwmark 7 table 1000
neigh add 192.168.137.245 lladdr 02:00:00:00:00:99 dev br0 nud permanent
link add br1 type bridge ageing_time 6000 group_fwd_mask 8 mcast_querier 1
link add vc type veth peer name vd
link set vc master br1
link set vc type bridge_slave flood off mcast_flood off bcast_flood off learning off locked on proxy_arp on
link set vd arp off
link set vd promisc on
link add mp link vd type macvlan mode vepa
qdisc add dev vd clsact
"""
TRACKED = ("--create --proto tcp --src 10.0.0.1 --dst 10.0.0.2 --sport 1000 --dport 21 --reply-src 10.0.0.2 "
           "--reply-dst 10.0.0.3 --reply-port-src 21 --reply-port-dst 1024 --state ESTABLISHED --timeout 600 --mark 7 "
           "--zone 3")
FDB = "fdb add 02:00:00:00:00:77 dev va master static"

NLM_F_REQUEST_DUMP = 0x301
NETLINK_SOCK_DIAG, NETLINK_NETFILTER, NETLINK_GENERIC = 4, 12, 16
NLMSG_DONE = 3
# name: bus, request type, the request's fixed part (in rtnetlink its first byte is the address family)
DUMPS = {
    "links": (socket.NETLINK_ROUTE, 18, struct.pack("=BBHiII", 0, 0, 0, 0, 0, 0)),
    "qdiscs": (socket.NETLINK_ROUTE, 38, struct.pack("=BxxxiIII", 0, 0, 0, 0, 0)),
    "conntrack": (NETLINK_NETFILTER, 0x101, struct.pack("=BBH", 0, 0, 0)),
    "sockets": (NETLINK_SOCK_DIAG, 20, struct.pack("=BBBxI48x", 10, 6, 0, 1 << 10)),
    "addresses": (socket.NETLINK_ROUTE, 22, struct.pack("=BBBBi", 0, 0, 0, 0, 0)),
    "routes-ipv4": (socket.NETLINK_ROUTE, 26, struct.pack("=BBBBBBBBI", 2, 0, 0, 0, 0, 0, 0, 0, 0)),
    "routes-ipv6": (socket.NETLINK_ROUTE, 26, struct.pack("=BBBBBBBBI", 10, 0, 0, 0, 0, 0, 0, 0, 0)),
    "rules": (socket.NETLINK_ROUTE, 34, struct.pack("=BBBBBBBBI", 2, 0, 0, 0, 0, 0, 0, 0, 0)),
    "neighbours": (socket.NETLINK_ROUTE, 30, struct.pack("=BxxxiHBB", 0, 0, 0, 0, 0)),
    "fdb": (socket.NETLINK_ROUTE, 30, struct.pack("=BxxxiHBB", 7, 0, 0, 0, 0)),
    "families": (NETLINK_GENERIC, 16, struct.pack("=BBxx", 3, 1)),
}


def dump(bus, kind, fixed):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, bus) as netlink:
        header = struct.pack("=IHHII", 16 + len(fixed), kind, NLM_F_REQUEST_DUMP, 1, 0)
        netlink.send(header + fixed)
        answer = b""
        while True:
            part = netlink.recv(1 << 20)
            answer += part
            if has_done(part):
                return answer


def has_done(part):
    at = 0
    while at + 16 <= len(part):
        length, kind = struct.unpack_from("=IH", part, at)
        if kind == NLMSG_DONE:
            return True
        at += (length + 3) // 4 * 4
    return False


def build(namespace):
    for line in TOPOLOGY.strip().splitlines():
        namespace.run("tc" if line.startswith("qdisc") else "ip", *line.split())
    namespace.run("bridge", *FDB.split())
    for program in ("iptables-nft", "ip6tables-nft"):
        namespace.run(program, "-A", "OUTPUT", "-m", "conntrack", "--ctstate", "NEW")
    namespace.run("conntrack", *TRACKED.split())


def record(version):
    with socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=False):
        with socket.create_connection(("::1", 8080)):
            for name, request in DUMPS.items():
                (HERE / f"netlink/{name}-{version}.nl").write_bytes(dump(*request))


with Namespace.new("onlan-record") as recorded, recorded.entered():
    build(recorded)
    record(".".join(platform.release().split(".")[:2]))
