"""What a host's own network may look like when its NIC becomes a port of the uplink bridge, and what others do to it since.

Each test has a host of its own; wherever it says nothing else, `down` leaves no trace.
"""

import select
import socket
import struct

import pytest

import probe
from command import PATIENCE
from configuration import NIC_MODE
from host_lab import HostLab
from lan import HOST, HOST6, ROUTER, ROUTER6, plug, set_up
from state import difference, whole_state

UP = ("up", "--yes", "--before-docker", "--confirm", 0)
DOWN = ("down", "--yes", "--confirm", 0)
RTMGRP_LINK, RTMGRP_IPV6_ROUTE = 0x1, 0x400  # include/uapi/linux/rtnetlink.h
TWO_PORTS = NIC_MODE.replace("[eno1]", "[eno1, eno2]")


@pytest.fixture
def lab():
    with HostLab(uplink="nic", docker=False) as host_lab:
        host_lab.write(NIC_MODE)
        yield host_lab


def add_nic(lab, name="eth9", address="10.99.0.1/24"):
    lab.host.ip(f"link add {name} type veth peer name {name}p")
    lab.host.ip(f"link set {name} up")
    lab.host.ip(f"link set {name}p up")
    lab.host.ip(f"address add {address} dev {name}")


def drift(lab):
    """What plan says; after `up` it has to say nothing more."""
    shown = lab.onlan("plan", "--before-docker", expect=3).stdout
    lab.onlan(*UP)
    lab.onlan("plan", "--before-docker", expect=0)
    return shown


def routes(lab, what):
    return [(route.get("gateway"), route["dev"]) for route in lab.host.json("ip", "-json", "route", "show", *what.split())]


class TestThereAndBack:
    @pytest.fixture(autouse=True)
    def no_trace(self, lab):
        yield
        lab.onlan(*DOWN)
        assert difference(self.before, whole_state(lab)) == ""

    def up(self, lab):
        self.before = whole_state(lab)
        lab.onlan(*UP)

    def test_a_network_managers_prefix_route(self, lab):
        lab.host.ip("address flush dev eno1 scope global")
        lab.host.ip(f"address add {HOST}/24 dev eno1 noprefixroute")
        lab.host.ip(f"route add 192.168.137.0/24 dev eno1 proto kernel scope link src {HOST} metric 100")
        lab.host.ip(f"route add default via {ROUTER} dev eno1 proto static metric 100")
        lab.host.ip("-6 route flush default")
        self.up(lab)
        assert routes(lab, "default") == [(ROUTER, "br-new")]

    def test_the_second_of_two_equal_default_routes(self, lab):
        add_nic(lab)
        lab.host.ip("route append default via 10.99.0.2 dev eth9")
        self.up(lab)
        assert routes(lab, "default") == [(ROUTER, "br-new"), ("10.99.0.2", "eth9")]

    def test_routes_of_other_links_and_of_table_local(self, lab):
        add_nic(lab)
        lab.host.ip(f"route add 10.8.0.0/24 dev eth9 src {HOST}")
        lab.host.ip("route add local 203.0.113.7 dev eno1")
        self.up(lab)
        assert routes(lab, "10.8.0.0/24") == [(None, "eth9")]
        assert routes(lab, "table local 203.0.113.7") == [(None, "br-new")]

    def test_multipath_routes(self, lab):
        add_nic(lab)
        lab.host.ip(f"route add 10.7.0.0/24 nexthop via {ROUTER} dev eno1 nexthop via 10.99.0.2 dev eth9 weight 3")
        lab.host.ip("route add 10.6.0.0/24 nexthop via 10.99.0.2 nexthop via 10.99.0.3")
        self.up(lab)
        assert f"nexthop via {ROUTER} dev br-new weight 1" in lab.host.ip("route show 10.7.0.0/24")

    def test_ipv6_with_duplicate_detection(self, lab):
        lab.host.write_sysctls({f"net.ipv6.conf.{which}.accept_dad": 1 for which in ("all", "default", "eno1")})
        lab.host.ip(f"-6 route add fd00:9::/64 via {ROUTER6} dev eno1 src {HOST6}")
        self.up(lab)
        assert "tentative" not in lab.host.ip("-6 address show dev br-new scope global")


def advertise(interface):
    """A router's advertisement of itself and of a prefix."""
    prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 3600, 1800, 0) + socket.inet_pton(socket.AF_INET6, "fd00:aaaa::")
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as raw:
        raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        raw.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + prefix,
                   ("ff02::1", 0, 0, socket.if_nametoindex(interface)))


def learnt(lab, interface):
    """The default routes that will end, with their metrics; none may be there for good."""
    shown = lab.host.ip(f"-6 route show default dev {interface}")
    assert shown.count("via") == shown.count("proto ra") == shown.count("expires")
    return shown.count("metric 1024"), shown.count("metric 1025")


def wait_until(lab, condition):
    """Looks again after each change of the host's links or routes that the kernel tells of."""
    with lab.host.netlink_events(RTMGRP_LINK | RTMGRP_IPV6_ROUTE) as events:
        while not condition():
            readable, _, _ = select.select([events], [], [], PATIENCE)
            assert readable, "it does not happen"
            events.recv(65536)


def test_advertised_routes_are_there_at_every_moment_and_never_for_good(lab):
    lab.host.ip("-6 route del default")
    lab.host.write_sysctls({"net.ipv6.conf.eno1.accept_ra": 2})

    def relearn(interface, wanted):
        def seen():
            lab.router.call(advertise, "eth0")  # again, should the interface not have been ready
            return learnt(lab, interface) == wanted
        wait_until(lab, seen)

    relearn("eno1", (1, 0))
    lab.onlan(*UP)
    assert learnt(lab, "br-new") in ((0, 1), (1, 1))
    relearn("br-new", (1, 1))
    lab.onlan("plan", "--before-docker", expect=0)
    lab.onlan(*DOWN)
    assert learnt(lab, "eno1") == (0, 1)
    relearn("eno1", (1, 1))


def test_two_cables_to_one_switch_are_no_loop(lab):
    plug(lab.host, "eno2", lab.switch, "p-host2")
    set_up(lab.host, "eno2", "192.168.137.251")
    lab.write(TWO_PORTS)
    before = whole_state(lab)
    lab.serve(lab.host, "host", 9000, (HOST,))
    lab.onlan(*UP)
    assert probe.tcp(lab.pc, HOST, 9000) == "delivered by host"
    states = lambda: sorted(link["state"] for link in lab.host.json("bridge", "-json", "link")
                            if link["ifname"].startswith("eno"))
    wait_until(lab, lambda: states() == ["blocking", "forwarding"])
    assert probe.tcp(lab.pc, HOST, 9000) == "delivered by host"
    lab.write(NIC_MODE)
    assert "take eno2 out of br-new" in drift(lab)
    lab.onlan(*DOWN)
    assert difference(before, whole_state(lab)) == ""


class TestDrift:
    @pytest.fixture(autouse=True)
    def up(self, lab):
        lab.onlan(*UP)

    @pytest.mark.parametrize("done, mended", [
        (f"address del {HOST}/24 dev br-new", f"add {HOST}/24 to br-new"),
        ("link set br-new down", "set br-new up"),
        (f"address add {HOST}/24 dev eno1", f"remove {HOST}/24 from eno1"),
        ("link set eno1 nomaster", "make eno1 a port of br-new"),
    ])
    def test_is_seen_and_mended(self, lab, done, mended):
        lab.host.ip(done)
        assert mended in drift(lab)
        assert routes(lab, "default") == [(ROUTER, "br-new")]

    def test_an_address_of_somebody_else_stays_and_goes_to_the_nic(self, lab):
        lab.host.ip("address add 192.168.137.77/24 dev br-new")
        lab.host.ip(f"route add 10.66.0.0/16 via {ROUTER} dev br-new")
        lab.onlan("plan", "--before-docker", expect=0)
        lab.onlan(*DOWN)
        assert "192.168.137.77/24" in lab.host.ip("address show eno1")
        assert routes(lab, "10.66.0.0/16") == [(ROUTER, "eno1")]

    def test_the_ports_of_others_are_not_cut_off(self, lab):
        lab.host.ip("link add vm0 type veth peer name vm0p")
        lab.host.ip("link set vm0 master br-new up")
        refused = lab.onlan(*DOWN, expect=1)
        assert "ports that are not onlan's: vm0" in refused.stderr
        assert routes(lab, "default") == [(ROUTER, "br-new")]

    def test_moving_the_default_route_back_waits_for_a_confirmation(self, lab):
        lab.write("version: 1\nlans: {}\n")
        undone = lab.onlan("up", "--yes", "--before-docker", "--confirm", 1, expect=1)
        assert "Not confirmed in time" in undone.stdout
        assert '"moves_default_route": true' in lab.onlan("--json", "plan", "--before-docker", expect=3).stdout

    def test_links_follow_the_mtu(self, lab):
        lab.host.ip("link set eno1 mtu 1400")
        assert "set the MTU of up-lan137 to 1400" in drift(lab)
