"""A virtual machine inside a container is one more machine on the LAN, with a MAC address of its own.

A namespace stands for the guest; it is connected as the usual images do: through a bridge in the container (docker-bridge
mode), or through a second macvlan device on the container's own one, as macvtap is (macvlan mode).
"""

import pytest

import probe
from configuration import MODES
from host_lab import HostLab
from lan import HOST, PC, ROUTER, plug, set_up
from namespace import Namespace

GUEST = "192.168.137.220"
PUBLISHED, SERVICE = 5000, 9000


def bridge_guest(container, guest):
    container.ip("link add guests type bridge")
    container.ip("link set guests up")
    container.ip("link set eth0 master guests")
    plug(guest, "eth0", container, "tap", "guests")


def macvlan_guest(container, guest):
    container.ip("link add tap link eth0 type macvlan mode bridge")
    container.ip(f"link set tap netns {guest.name} name eth0")


CONNECT = {"docker-bridge": bridge_guest, "macvlan": macvlan_guest}


@pytest.fixture(scope="module", params=MODES)
def world(request):
    with HostLab() as lab:
        for machine, name, addresses in ((lab.router, "router", ("::",)), (lab.pc, "pc", ("::",)),
                                         (lab.host, "host", (HOST,))):
            lab.serve(machine, name, SERVICE, addresses)
        lab.run_ordinary_container("registry", PUBLISHED)
        lab.write(MODES[request.param])
        lab.onlan("up", "--yes")
        container = lab.engine.run("container", "--network", "lan137", "--ip", "192.168.137.210")
        with Namespace.new(f"{lab.prefix}-guest") as guest:
            CONNECT[request.param](container, guest)
            set_up(guest, "eth0", GUEST)
            guest.ip(f"route add default via {ROUTER}")
            lab.serve(guest, "guest", SERVICE)
            yield lab, guest


@pytest.mark.parametrize("protocol", [probe.tcp, probe.udp])
class TestGuest:
    @pytest.mark.parametrize("address, port, server", [
        pytest.param(ROUTER, SERVICE, "router", id="router"),
        pytest.param(HOST, SERVICE, "host", id="host"),
        pytest.param(HOST, PUBLISHED, "registry", id="published port"),
        pytest.param(PC, SERVICE, "pc", id="LAN machine")])
    def test_reaches(self, world, protocol, address, port, server):
        assert protocol(world[1], address, port) == f"delivered by {server}"

    @pytest.mark.parametrize("client", ["pc", "host"])
    def test_is_reached(self, world, protocol, client):
        assert protocol(getattr(world[0], client), GUEST, SERVICE) == "delivered by guest"


def test_the_lan_sees_the_guest_under_its_own_mac_address(world):
    lab, guest = world
    probe.ping(lab.pc, GUEST)
    seen = lab.pc.json("ip", "-json", "neighbour", "show", GUEST)[0]["lladdr"]
    assert seen == guest.json("ip", "-json", "link", "show", "eth0")[0]["address"]
