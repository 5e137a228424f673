"""A host on a LAN of one other machine, joined by a cable.

    LAN machine, eth0 ------ eno1, br-up ... container

There is no switch in between: it would be a bridge of this machine too, and its work would be measured with the host's.
"""

from topology import HOST, NIC_MAC, ROUTER, HostLab


class CableHost(HostLab):
    @property
    def lan_machine(self):
        """The LAN's router is its only machine."""
        return self.router

    def _connect(self):
        self.host.sysctl("net.ipv4.conf.all.rp_filter", 2)
        self.host.ip("link add br-up type bridge")
        self.host.ip(f"link add eno1 address {NIC_MAC} type veth peer name eth0 netns {self.router.name}")
        self.host.ip("link set eno1 master br-up")
        for machine, link in ((self.host, "br-up"), (self.host, "eno1"), (self.router, "eth0")):
            machine.ip(f"link set {link} up")
        self._address(self.router, "eth0", [ROUTER])
        self._address(self.host, "br-up", [HOST])
        self.host.ip(f"route add default via {ROUTER}")
