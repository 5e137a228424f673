"""A LAN of a router, another machine and a host, in throw-away network namespaces.

                         +- eth0 router  192.168.137.245, fd00:137::245
    host eno1 --- switch-+
                         +- eth0 pc      192.168.137.10,  fd00:137::10

The host is 192.168.137.250 and fd00:137::250. Its uplink is one of these:

bridge  the bridge br-up has the addresses, and the NIC eno1 is its port
nic     eno1 itself has them, with more routes and a policy rule
cable   as `bridge`, but a cable leads from eno1 to the router, and nobody else is there. A switch would be a bridge of this
        machine too, and its work would be measured with the host's.
"""

import contextlib
import pathlib
import typing

from namespace import NAMED, Namespace

ROUTER, PC, HOST = "192.168.137.245", "192.168.137.10", "192.168.137.250"
ROUTER6, PC6, HOST6 = "fd00:137::245", "fd00:137::10", "fd00:137::250"
NIC_MAC = "3c:ec:ef:01:37:fa"  # a vendor's, as NICs have; a random one would differ from run to run
EXTRA_ROUTE = "10.9.0.0/16"
NO_DAD = {f"net.ipv6.conf.{which}.accept_dad": 0 for which in ("all", "default")}
PLAIN_SWITCH = {f"net.bridge.bridge-nf-call-{protocol}": 0 for protocol in ("iptables", "ip6tables")}


class Lan(typing.NamedTuple):
    switch: Namespace
    router: Namespace
    pc: Namespace
    host: Namespace


@contextlib.contextmanager
def build(prefix, uplink):
    """The machines' namespaces are called PREFIX-MACHINE. Nothing of that name, and nothing in them, may be left behind."""
    with contextlib.ExitStack() as made:
        made.callback(_assert_no_namespace_is_left, prefix)
        lan = Lan(*(made.enter_context(Namespace.new(f"{prefix}-{machine}")) for machine in Lan._fields))
        made.callback(_assert_no_process_is_left, lan)
        for machine in lan:
            machine.write_sysctls(NO_DAD)
        UPLINKS[uplink](lan)
        yield lan


def plug(machine, interface, switch, port, bridge="lan"):
    """A cable to a new port of the bridge."""
    machine.ip(f"link add {interface} type veth peer name {port} netns {switch.path}")
    switch.ip(f"link set {port} master {bridge} up")


def set_up(machine, interface, *addresses):
    machine.ip(f"link set {interface} up")
    for each in addresses:
        machine.ip(f"address add {each}/{64 if ':' in each else 24} dev {interface}")


def _plug_all(lan):
    lan.switch.ip("link add lan type bridge")
    lan.switch.ip("link set lan up")
    lan.switch.write_sysctls(PLAIN_SWITCH)
    plug(lan.router, "eth0", lan.switch, "p-router")
    plug(lan.pc, "eth0", lan.switch, "p-pc")
    plug(lan.host, "eno1", lan.switch, "p-host")
    set_up(lan.router, "eth0", ROUTER, ROUTER6)
    set_up(lan.pc, "eth0", PC, PC6)


def _set_up_nic(host):
    host.write_sysctls({"net.ipv4.conf.all.rp_filter": 2})
    host.ip(f"link set eno1 address {NIC_MAC} up")


def _set_up_bridge(host):
    _set_up_nic(host)
    host.ip("link add br-up type bridge")
    host.ip("link set eno1 master br-up")
    set_up(host, "br-up", HOST, HOST6)
    host.ip(f"route add default via {ROUTER}")


def _bridge(lan):
    _plug_all(lan)
    _set_up_bridge(lan.host)


def _nic(lan):
    _plug_all(lan)
    _set_up_nic(lan.host)
    set_up(lan.host, "eno1", HOST, HOST6)
    lan.host.ip(f"route add default via {ROUTER}")
    lan.host.ip(f"-6 route add default via {ROUTER6}")
    lan.host.ip(f"route add {EXTRA_ROUTE} via {ROUTER} metric 50")
    lan.host.ip(f"route add default via {ROUTER} table 100")
    lan.host.ip("rule add iif eno1 lookup 100 priority 1000")


def _cable(lan):
    lan.host.ip(f"link add eno1 type veth peer name eth0 netns {lan.router.path}")
    set_up(lan.router, "eth0", ROUTER, ROUTER6)
    _set_up_bridge(lan.host)


UPLINKS = {"bridge": _bridge, "nic": _nic, "cable": _cable}


def _assert_no_process_is_left(lan):
    inodes = {machine.path.stat().st_ino for machine in lan}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            line = (process / "cmdline").read_text().replace("\0", " ")
            assert (process / "ns/net").stat().st_ino not in inodes, f"left behind: {line}"


def _assert_no_namespace_is_left(prefix):
    left = [path.name for path in NAMED.glob(f"{prefix}-*")]
    assert not left, f"left behind: {left}"
