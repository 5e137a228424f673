"""Random hosts. The document of a seed is always the same, and has the form of a scenario's file."""

import random

import generate_ipv6
import generate_nft
import generate_outside
import generate_rules
import generate_warmth
from scenario import HOST

FLOWS = 3
SERVICES = ["80/tcp", "80/udp"]


class Generator:
    def __init__(self, seed):
        self.title = f"The random host of seed {seed}"
        self.random = random.Random(seed)
        self.opaque = seed % 5 in (0, 2)  # its LAN is not in the snapshot
        self.cables = []
        self.macvlans = []
        self.tunnels = []
        self.shown = {}
        self.edges = {}  # of the machines outside: the device of the host behind which they are
        self.machines = {HOST: {"bridges": {}, "addresses": {}, "sysctls": {}, "servers": ["2222/tcp", "2222/udp"],
                                "bridge": ""}}
        self.segments = []  # of the bridges: the number of the subnet that their machines are in
        self.devices = []  # the host's, that rules may name
        self.second_addresses = []  # of the host's devices
        self.intercepts = False  # whether it routes what is marked to a program of its own (TPROXY)
        self.published = []  # (host's port, protocol, address, port)

    @property
    def host(self):
        return self.machines[HOST]

    def chance(self, probability):
        return self.random.random() < probability

    def document(self):
        self._bridges()
        for _ in range(self.random.choice([0, 0, 1])):
            self._routed_machine()
        if self.chance(0.25):
            self._macvlan()
        if self.chance(0.25):
            self._nest()
        if self.opaque:
            generate_outside.add(self)
        self._sysctls()
        self._port_flags()
        self._routes()
        self._rules()
        document = {"title": self.title, "cables": self.cables, "macvlans": self.macvlans, "tunnels": self.tunnels,
                    "shown": self.shown, "machines": self.machines, "flows": self._flows()}
        if self.chance(0.2):
            generate_ipv6.add(self, document)
        return document

    # Topology.

    def _bridges(self):
        for number in range(1, self.random.randint(1, 4) + 1):
            bridge = f"br{number}"
            self.host["bridges"][bridge] = []
            self.devices.append(bridge)
            if number > 1 and self.chance(0.5):
                self._cable_to_another(bridge, number)
            else:
                self.segments.append(number)
                if self.chance(0.85):
                    self.host["addresses"][bridge] = f"10.{number}.0.254/24"
            for _ in range(self.random.choice([1, 1, 2])):
                self._machine_on(bridge, self.segments[-1])

    def _cable_to_another(self, bridge, number):
        other = self.random.randrange(1, number)
        for end, of in ((f"x{number}a", f"br{other}"), (f"x{number}b", bridge)):
            self.host["bridges"][of].append(end)
        self.cables.append(f"host/x{number}a -- host/x{number}b")
        self.segments.append(self.segments[other - 1])
        if self.chance(0.25):
            self.host["addresses"][bridge] = self.random.choice(
                [f"10.99.{number}.1/32", f"10.{self.segments[-1]}.0.25{number}/24"])

    def next_address(self, segment):
        taken = sum(machine["addresses"].get("eth0", "").startswith(f"10.{segment}.")
                    for machine in self.machines.values())
        return f"10.{segment}.0.{taken + 1}"

    def add_machine(self, name, segment):
        self.machines[name] = {"addresses": {"eth0": f"{self.next_address(segment)}/24"},
                               "ip": f"route add default via 10.{segment}.0.254\n", "servers": list(SERVICES)}
        return name

    def _machine_on(self, bridge, segment):
        name = self.add_machine(f"m{len(self.machines)}", segment)
        self.cables.append(f"{name}/eth0 -- host/p-{name}")
        self.host["bridges"][bridge].append(f"p-{name}")
        return name

    def _routed_machine(self):
        segment = 50 + len(self.machines)
        name = self.add_machine(f"m{len(self.machines)}", segment)
        self.cables.append(f"{name}/eth0 -- host/e-{name}")
        self.host["addresses"][f"e-{name}"] = f"10.{segment}.0.254/24"
        self.devices.append(f"e-{name}")

    def segment_of(self, bridge):
        return self.segments[int(bridge[2:]) - 1]

    def _macvlan(self):
        """On one end of a cable whose other end is a port of a bridge."""
        bridge = self.random.choice(list(self.host["bridges"]))
        self.cables.append("host/lower -- host/p-lower")
        self.host["bridges"][bridge].append("p-lower")
        mode = self.random.choice(["bridge", "bridge", "private", "vepa"])
        for _ in range(self.random.choice([1, 2])):
            name = self.add_machine(f"m{len(self.machines)}", self.segment_of(bridge))
            self.macvlans.append(f"{name}/eth0 on host/lower mode {mode}")
            # Nothing leads up from a lower device: without Docker to name its namespace, only a cable shows it.
            self.cables.append(f"{name}/seen -- host/seen-{name}")

    def _nest(self):
        """A machine with a bridge and a machine of its own, as a container engine in a container has."""
        bridge = self.random.choice(list(self.host["bridges"]))
        segment = self.segment_of(bridge)
        outer = self._machine_on(bridge, segment)
        self.cables.append(f"inner/eth0 -- {outer}/p-inner")
        self.machines[outer] |= {
            "bridges": {"br-inner": ["p-inner"]}, "sysctls": {"net.ipv4.ip_forward": 1},
            "iptables": "*nat\n-A POSTROUTING -s 10.77.0.0/24 ! -o br-inner -j MASQUERADE\n"
                        "-A PREROUTING ! -i br-inner -p tcp -m tcp --dport 8077 -j DNAT --to-destination 10.77.0.1:80\n"
                        "COMMIT\n"}
        self.machines[outer]["addresses"]["br-inner"] = "10.77.0.254/24"
        self.machines["inner"] = {"addresses": {"eth0": "10.77.0.1/24"}, "servers": list(SERVICES),
                                  "ip": "route add default via 10.77.0.254\n"}

    # Settings.

    def _sysctls(self):
        sysctls = self.host["sysctls"]
        sysctls["net.ipv4.ip_forward"] = int(self.chance(0.9))
        if self.chance(0.5):
            sysctls["net.ipv4.conf.all.rp_filter"] = self.random.choice([1, 2, 2])
        if self.chance(0.3):
            sysctls["net.bridge.bridge-nf-call-iptables"] = 0
        if self.chance(0.15):
            sysctls["net.netfilter.nf_conntrack_tcp_loose"] = 0
        for device in self.devices:
            for name, values in (("rp_filter", [1, 2]), ("arp_ignore", [1, 2]), ("arp_filter", [1]),
                                 ("accept_local", [1]), ("proxy_arp", [1])):
                if self.chance(0.07):
                    sysctls[f"net.ipv4.conf.{device}.{name}"] = self.random.choice(values)

    def _port_flags(self):
        for bridge, ports in self.host["bridges"].items():
            if self.chance(0.1):
                self.host["ip"] = self.host.get("ip", "") + f"link set {bridge} type bridge nf_call_iptables 1\n"
            for port in ports:
                # With hairpin at both ends of a cable between two bridges, a frame would go to and fro for ever.
                for flag in (*["hairpin on"] * port.startswith("p-"), "isolated on", "learning off", "flood off"):
                    if self.chance(0.06):
                        self.host["bridge"] += f"link set dev {port} {flag}\n"

    def _routes(self):
        """Odd ways, each of them rare: policy rules, refusing routes, a second address, a fixed neighbour."""
        lines = []
        source = self.random.choice(self.addresses_of(self.others))
        if self.chance(0.2):
            device = self.random.choice(self.devices)
            selector = self.random.choice(["fwmark 1", "fwmark 0x1/0x1", f"from {source}", f"from {source}/24",
                                           f"to {source}", f"not from {source}", f"iif {device}", "iif lo"])
            lines += [f"rule add {selector} lookup 100",
                      self.random.choice(["route add default via 10.1.0.1 table 100 onlink dev br1",
                                          "route add unreachable default table 100",
                                          f"route add 10.0.0.0/8 dev {self.random.choice(self.devices)} table 100"])]
        if self.chance(0.08):
            lines.append(f"route add {self.random.choice(['unreachable', 'blackhole', 'prohibit'])} {source}/32")
        if self.chance(0.08):
            lines.append(f"address add 10.98.0.1/24 dev {self.random.choice(self.devices)}")
            self.second_addresses.append("10.98.0.1")
        for device, address in self.host["addresses"].items():
            if address.endswith(".254/24") and self.chance(0.06):
                second = address.replace(".254/24", ".240")
                lines.append(f"address add {second}/24 dev {device}")
                self.second_addresses.append(second)
        if self.chance(0.1):
            lines += ["rule add fwmark 1 lookup 101", "route add local default dev lo table 101"]
            self.host["servers"] += ["3129/tcp transparent", "3129/udp transparent"]
            self.intercepts = True
        self.host["ip"] = self.host.get("ip", "") + "".join(f"{line}\n" for line in lines)

    # Rules and flows.

    def addresses_of(self, names):
        """Without the prefix lengths."""
        return [address.partition("/")[0] for name in names for address in self.machines[name]["addresses"].values()]

    @property
    def others(self):
        """Those that have an address: no switches."""
        return [name for name in self.machines if name != HOST and self.machines[name]["addresses"]]

    def _rules(self):
        style = self.random.choice(["none", "docker", "docker", "docker", "ufw", "raw", "raw", "nft", "mixed", "mixed"])
        backend = self.random.choice(["iptables", "iptables", "iptables-legacy"])
        if style in ("docker", "mixed"):
            self.host[backend] = generate_rules.docker(self)
        if style == "ufw":
            self.host[backend] = generate_rules.ufw(self)
        if style == "raw" or (style != "none" and self.chance(0.3)):
            self.host[backend] = self.host.get(backend, "") + generate_rules.raw(self)
        if style in ("nft", "mixed"):
            self.host["nft"] = generate_nft.ruleset(self)

    def _flows(self):
        targets = [f"{address}:80/{protocol}" for address in self.addresses_of(self.others)
                   for protocol in ("tcp", "tcp", "udp")]
        targets += [f"{address}/icmp" for address in self.addresses_of(self.machines)]
        own = [address for address in self.addresses_of([HOST]) if not address.startswith("10.99.")]
        own += self.second_addresses
        targets += [f"{address}:{port}/{protocol}" for address in own
                    for port, protocol, _, _ in [*self.published * 3, (2222, "tcp", "", 0), (2222, "udp", "", 0),
                                                 (9, "tcp", "", 0)]]
        flows = []
        while len(flows) < FLOWS:
            source, target = self.random.choice([HOST, *self.others * 3]), self.random.choice(targets)
            flow = {"from": source, "to": target}
            address = target.partition(":")[0].partition("/")[0]
            if address not in self._owned_by(source) and flow not in flows and self._is_asked(source, address):
                flows.append(flow)
        for flow in flows:
            flow |= generate_warmth.before(self)
        return flows

    def _owned_by(self, name):
        return [*self.addresses_of([name]), *self.second_addresses * (name == HOST)]

    def _is_asked(self, source, address):
        """On an opaque host most flows cross its edge."""
        return not self.opaque or generate_outside.is_asked(self, source, address)


def document(seed):
    return Generator(seed).document()
