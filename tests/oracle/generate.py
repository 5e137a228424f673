"""Random hosts. The document of a seed is always the same, and has the form of a scenario's file."""

import random

import generate_nft
import generate_rules
from scenario import HOST

FLOWS = 3
SERVICES = ["80/tcp", "80/udp"]


class Generator:
    def __init__(self, seed):
        self.title = f"The random host of seed {seed}"
        self.random = random.Random(seed)
        self.cables = []
        self.macvlans = []
        self.machines = {HOST: {"bridges": {}, "addresses": {}, "sysctls": {}, "servers": ["2222/tcp", "2222/udp"],
                                "bridge": ""}}
        self.segments = []  # of the bridges: the number of the subnet that their machines are in
        self.devices = []  # the host's, that rules may name
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
        self._sysctls()
        self._port_flags()
        self._routes()
        self._rules()
        return {"title": self.title, "cables": self.cables, "macvlans": self.macvlans,
                "machines": self.machines, "flows": self._flows()}

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

    def _next_address(self, segment):
        taken = sum(machine["addresses"].get("eth0", "").startswith(f"10.{segment}.")
                    for machine in self.machines.values())
        return f"10.{segment}.0.{taken + 1}"

    def _add_machine(self, name, segment):
        self.machines[name] = {"addresses": {"eth0": f"{self._next_address(segment)}/24"},
                               "ip": f"route add default via 10.{segment}.0.254\n", "servers": list(SERVICES)}
        return name

    def _machine_on(self, bridge, segment):
        name = self._add_machine(f"m{len(self.machines)}", segment)
        self.cables.append(f"{name}/eth0 -- host/p-{name}")
        self.host["bridges"][bridge].append(f"p-{name}")
        return name

    def _routed_machine(self):
        segment = 50 + len(self.machines)
        name = self._add_machine(f"m{len(self.machines)}", segment)
        self.cables.append(f"{name}/eth0 -- host/e-{name}")
        self.host["addresses"][f"e-{name}"] = f"10.{segment}.0.254/24"
        self.devices.append(f"e-{name}")

    def _macvlan(self):
        """On one end of a cable whose other end is a port of a bridge."""
        bridge = self.random.choice(list(self.host["bridges"]))
        self.cables.append("host/lower -- host/p-lower")
        self.host["bridges"][bridge].append("p-lower")
        mode = self.random.choice(["bridge", "bridge", "private", "vepa"])
        for _ in range(self.random.choice([1, 2])):
            name = self._add_machine(f"m{len(self.machines)}", self.segments[int(bridge[2:]) - 1])
            self.macvlans.append(f"{name}/eth0 on host/lower mode {mode}")
            # Nothing leads up from a lower device: without Docker to name its namespace, only a cable shows it.
            self.cables.append(f"{name}/seen -- host/seen-{name}")

    def _nest(self):
        """A machine with a bridge and a machine of its own, as a container engine in a container has."""
        bridge = self.random.choice(list(self.host["bridges"]))
        segment = self.segments[int(bridge[2:]) - 1]
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
        if self.chance(0.12):
            lines += [f"rule add {self.random.choice(['fwmark 1', f'from {source}', f'to {source}'])} lookup 100",
                      self.random.choice(["route add default via 10.1.0.1 table 100 onlink dev br1",
                                          "route add unreachable default table 100",
                                          f"route add 10.0.0.0/8 dev {self.random.choice(self.devices)} table 100"])]
        if self.chance(0.08):
            lines.append(f"route add {self.random.choice(['unreachable', 'blackhole', 'prohibit'])} {source}/32")
        if self.chance(0.08):
            lines.append(f"address add 10.98.0.1/24 dev {self.random.choice(self.devices)}")
        self.host["ip"] = self.host.get("ip", "") + "".join(f"{line}\n" for line in lines)

    # Rules and flows.

    def addresses_of(self, names):
        """Without the prefix lengths."""
        return [address.partition("/")[0] for name in names for address in self.machines[name]["addresses"].values()]

    @property
    def others(self):
        return [name for name in self.machines if name != HOST]

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
        targets += [f"{address}:{port}/{protocol}" for address in own
                    for port, protocol, _, _ in [*self.published * 3, (2222, "tcp", "", 0), (2222, "udp", "", 0),
                                                 (9, "tcp", "", 0)]]
        flows = []
        while len(flows) < FLOWS:
            source, target = self.random.choice([HOST, *self.others * 3]), self.random.choice(targets)
            flow = {"from": source, "to": target}
            if target.partition(":")[0].partition("/")[0] not in self.addresses_of([source]) and flow not in flows:
                flows.append(flow)
        return flows


def document(seed):
    return Generator(seed).document()
