"""A packet as it is seen on a device, whether by a tap or by the simulation."""

import dataclasses
import re

CLIENT = "client"  # the client's own port, whose number differs from flow to flow
ANY = "any"


@dataclasses.dataclass(frozen=True)
class Packet:
    """A port is a number, CLIENT, or the range (first, last) that a random choice is made from."""

    machine: str
    device: str
    kind: str  # "tcp S", "tcp SA", "tcp R", "tcp", "udp", or "icmp" and its type
    source: str
    source_port: object
    destination: str
    destination_port: object

    @property
    def place(self):
        return f"{self.machine}/{self.device}"

    @property
    def tuple(self):
        return (f"{_end(self.source, self.source_port)} > {_end(self.destination, self.destination_port)}")

    def __str__(self):
        return f"{self.place} {self.kind} {self.tuple}"

    def is_like(self, other):
        """The same but for ports that one of them leaves open."""
        return ((self.place, self.kind, self.source, self.destination)
                == (other.place, other.kind, other.source, other.destination)
                and _are_like(self.source_port, other.source_port)
                and _are_like(self.destination_port, other.destination_port))


def _end(address, port):
    if port is None:
        return address
    return f"{address}:{'-'.join(map(str, port)) if isinstance(port, tuple) else port}"


def _are_like(one, other):
    if isinstance(one, tuple) and isinstance(other, int):
        return one[0] <= other <= one[1]
    if isinstance(other, tuple) and isinstance(one, int):
        return _are_like(other, one)
    return one == other


def matches(tuple_text, packet):
    """A scenario's "SRC:PORT > DST:PORT", where a port may be `client` or `any`, and is left out for ICMP."""
    wanted = [end.rpartition(":") if ":" in end else (end, "", "") for end in tuple_text.split(" > ")]
    seen = [(packet.source, packet.source_port), (packet.destination, packet.destination_port)]
    return all(address == has and port in ("", ANY, str(number))
               for (address, _, port), (has, number) in zip(wanted, seen, strict=True))


def is_like_entry(entry, predicted):
    """Whether a conntrack entry's text is the predicted one, in which a port may be a range."""
    bounds = [tuple(map(int, each)) for each in re.findall(r":(\d+)-(\d+)", predicted)]
    pattern = re.sub(r":\d+-\d+", r":(\\d+)", re.escape(predicted).replace(r"\-", "-"))
    found = re.fullmatch(pattern, entry)
    return bool(found) and all(_are_like(int(port), each) for port, each in zip(found.groups(), bounds, strict=True))


def tcp_kind(is_syn, is_ack, is_reset):
    """What tells segments apart here: data, acknowledgements and FINs come in no fixed number."""
    if is_reset:
        return "tcp R"
    if is_syn:
        return "tcp SA" if is_ack else "tcp S"
    return "tcp"
