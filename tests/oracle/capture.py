"""The IPv4 packets on the wire at every device of every namespace."""

import dataclasses
import socket
import struct

ETH_P_ALL, ETH_P_IP = 0x0003, 0x0800
SO_RCVBUFFORCE = 33
ROOM = 8 << 20
ICMP_ERRORS = (3, 4, 5, 11, 12)
FIN, SYN, RST, ACK = 1, 2, 4, 16


@dataclasses.dataclass(frozen=True)
class Packet:
    machine: str
    device: str
    outgoing: bool
    protocol: str
    kind: str  # of TCP "S", "SA", "R" or "-", of ICMP its "type/code"
    source: str
    source_port: int | None
    destination: str
    destination_port: int | None


def _address(data):
    return socket.inet_ntoa(data)


def _tcp_kind(flags):
    if flags & RST:
        return "R"
    return {SYN: "S", SYN | ACK: "SA"}.get(flags & (SYN | ACK), "-")


def decode(frame):
    """Protocol, kind and tuple; None for what is not TCP, UDP or ICMP in IPv4. ICMP has its id in place of the ports."""
    if len(frame) < 34 or struct.unpack_from("!H", frame, 12)[0] != ETH_P_IP:
        return None
    packet = frame[14:]
    source, destination, protocol = _address(packet[12:16]), _address(packet[16:20]), packet[9]
    body = packet[(packet[0] & 15) * 4:]
    if protocol in (socket.IPPROTO_TCP, socket.IPPROTO_UDP) and len(body) >= 8:
        source_port, destination_port = struct.unpack_from("!HH", body)
        if protocol == socket.IPPROTO_UDP:
            return "udp", "", source, source_port, destination, destination_port
        return "tcp", _tcp_kind(body[13]), source, source_port, destination, destination_port
    if protocol == socket.IPPROTO_ICMP and len(body) >= 8:
        identifier = None if body[0] in ICMP_ERRORS else struct.unpack_from("!H", body, 4)[0]
        return "icmp", f"{body[0]}/{body[1]}", source, identifier, destination, identifier
    return None


class Capture:
    """Taps from its making to its stop; none of them makes a device promiscuous."""

    def __init__(self, namespaces):
        self._taps = {name: self._tap(namespace) for name, namespace in namespaces.items()}

    @staticmethod
    def _tap(namespace):
        tap = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        tap.setblocking(False)
        return tap

    def stop(self):
        """All that was seen; the order is that within each namespace."""
        packets = []
        for machine, tap in self._taps.items():
            with tap:
                packets += self._read(machine, tap)
        return packets

    @staticmethod
    def _read(machine, tap):
        while True:
            try:
                frame, (device, _, packet_type, *_) = tap.recvfrom(2048)
            except BlockingIOError:
                return
            if decoded := decode(frame):
                yield Packet(machine, device, packet_type == socket.PACKET_OUTGOING, *decoded)
