"""A scenario as data: a host with its neighbours, and the flows between them."""

import dataclasses
import pathlib

import yaml

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ("iptables", "iptables-legacy", "ip6tables", "nft")  # in the order in which their rules are loaded
TEXTS = (*PROGRAMS, "ip", "bridge", "ipset")  # of many lines
HOST = "host"


@dataclasses.dataclass
class Machine:
    """One network namespace. Everything is given in the words of the tool that sets it."""

    bridges: dict  # name: its ports, in the order in which they are added
    addresses: dict  # device: CIDR, or a list of them
    ip: str  # lines of `ip -batch`
    bridge: str  # lines of `bridge -batch`
    ipset: str  # lines of `ipset restore`
    sysctls: dict
    rules: dict  # program: text
    servers: list  # PORT/PROTO, ADDRESS:PORT/PROTO or ADDRESS%DEVICE:PORT/PROTO; "transparent" behind it: IP_TRANSPARENT
    outside: bool  # the snapshot does not hold it: somewhere out on the LAN, or beyond

    @property
    def own_addresses(self):
        """Without the prefix lengths."""
        lists = ([each] if isinstance(each, str) else each for each in self.addresses.values())
        return [address.partition("/")[0] for each in lists for address in each]


@dataclasses.dataclass
class Flow:
    """`outcome` and `wire` are what the kernel is known to do; a random scenario knows neither."""

    source: str
    to: str
    outcome: str | None
    wire: dict  # MACHINE/DEVICE: "SRC > DST" (or several) that is seen there, or "nothing"
    before: dict  # MACHINE: shell lines, run just before the flow
    asked: dict  # MACHINE: addresses that it pings before that, so that the neighbours know each other
    size: int | None = None  # bytes that each side sends; None: a few

    @property
    def protocol(self):
        return self.to.rpartition("/")[2]

    @property
    def destination(self):
        """Address and port; the port of ICMP is None."""
        address, _, _ = self.to.rpartition("/")
        if self.protocol == "icmp":
            return address, None
        address, _, port = address.rpartition(":")
        return address.strip("[]"), int(port)

    def __str__(self):
        return f"{self.source} -> {self.to}"


@dataclasses.dataclass
class Scenario:
    name: str
    cables: list  # "MACHINE/DEVICE -- MACHINE/DEVICE"
    macvlans: list  # "MACHINE/DEVICE on MACHINE/DEVICE mode MODE"
    tunnels: list  # "MACHINE/DEVICE -- MACHINE/DEVICE mode tun", or tap
    shown: dict  # MACHINE/DEVICE: the kind of device as which the snapshot shows this end of a cable: nic, bond
    machines: dict
    flows: list
    ipv6: bool

    @property
    def links(self):
        """Both ends of each cable and tunnel."""
        return [tuple(link.partition(" mode ")[0].split(" -- ")) for link in [*self.cables, *self.tunnels]]

    @property
    def visible(self):
        """The machines that the snapshot holds."""
        return [name for name, machine in self.machines.items() if not machine.outside]


def _merged(base, more):
    """Mappings are merged, lists and texts continued, and all else is replaced."""
    if isinstance(base, dict) and isinstance(more, dict):
        both = {key: _continued(key, base[key], more[key]) for key in base if key in more}
        return {**base, **more, **both}
    return base + more if isinstance(base, list) and isinstance(more, list) else more


def _continued(key, base, more):
    return base + more if key in TEXTS else _merged(base, more)


def read(path):
    """The document of a file, on top of that of its base."""
    document = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
    if base := document.pop("base", None):
        document = _merged(read(HERE / "hosts" / f"{base}.yaml"), document)
    return document


def _machine(name, document):
    known = {"bridges", "addresses", "sysctls", "servers", "outside", *TEXTS}
    if unknown := set(document) - known:
        raise ValueError(f"machine {name}: unknown: {', '.join(sorted(unknown))}")
    return Machine(
        bridges=document.get("bridges", {}), addresses=document.get("addresses", {}),
        ip=document.get("ip", ""), bridge=document.get("bridge", ""), ipset=document.get("ipset", ""),
        sysctls=document.get("sysctls", {}),
        rules={program: document[program] for program in PROGRAMS if document.get(program)},
        servers=document.get("servers", []), outside=document.get("outside", False))


def parse(name, document):
    known = {"title", "functions", "cables", "macvlans", "tunnels", "shown", "machines", "flows", "ipv6"}
    if unknown := set(document) - known:
        raise ValueError(f"{name}: unknown: {', '.join(sorted(unknown))}")
    return Scenario(
        name=name, cables=document.get("cables", []),
        macvlans=document.get("macvlans", []), tunnels=document.get("tunnels", []),
        shown=document.get("shown", {}), ipv6=document.get("ipv6", False),
        machines={each: _machine(each, of or {}) for each, of in document["machines"].items()},
        flows=[Flow(flow["from"], flow["to"], flow.get("outcome"), flow.get("wire", {}), flow.get("before", {}),
                    flow.get("asked", {}), flow.get("size"))
               for flow in document["flows"]])


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, as one writes them by hand."""


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar(
    "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None))


def text_of(document):
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120)


def load(path):
    path = pathlib.Path(path)
    return parse(path.stem, read(path))
