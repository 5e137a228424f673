"""A host with everybody on it who wants to reach somebody."""

import contextlib
import dataclasses

from configuration import MODES, SUBNET6
from host_lab import HostLab
from lan import HOST, HOST6

CONTAINER, SECOND = "192.168.137.210", "192.168.137.211"
CONTAINER6, SECOND6 = "fd00:137::d2", "fd00:137::d3"
SERVICE, PUBLISHED = 9000, 5000


@dataclasses.dataclass
class World:
    lab: HostLab
    clients: dict


@contextlib.contextmanager
def build_world(mode, ipv6=False, iptables="nft"):
    """An `onlan up`, two containers on the LAN, and two ordinary ones with published ports."""
    with HostLab(iptables=iptables) as lab:
        lab.serve(lab.router, "router", SERVICE)
        lab.serve(lab.host, "host", SERVICE, (HOST, HOST6))
        lab.serve(lab.pc, "pc", SERVICE)
        lab.run_ordinary_container("registry", PUBLISHED)
        ordinary = lab.run_ordinary_container("ordinary", 6000)

        lab.write(MODES[mode] + (SUBNET6 if ipv6 else ""))
        lab.onlan("up", "--yes")
        clients = {"LAN machine": lab.pc, "host": lab.host, "ordinary container": ordinary}
        for name, address, address6 in (("container", CONTAINER, CONTAINER6), ("second", SECOND, SECOND6)):
            clients[name] = lab.engine.run(name, "--network", "lan137", "--ip", address,
                                           *(("--ip6", address6) if ipv6 else ()))
            lab.serve(clients[name], name, SERVICE)
        yield World(lab, clients)
