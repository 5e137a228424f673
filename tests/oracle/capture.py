"""The packets that come in on every device of every namespace."""

import select
import socket
import struct

from wire import CLIENT, Packet, tcp_kind

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
SO_RCVBUFFORCE = 33
ARPHRD_NONE, ETHERNET_HEADER = 0xFFFE, 14
ROOM = 8 << 20
ENOUGH = 50000  # of the packets of one flow: a storm has no end
IDLE = 0.05
SYN, RST, ACK = 2, 4, 16
ICMP = {0: "echo-reply", 3: "unreachable", 5: "redirect", 8: "echo-request", 11: "time-exceeded"}
ICMPV6 = {1: "unreachable", 2: "too-big", 3: "time-exceeded", 128: "echo-request", 129: "echo-reply"}


def _network(kind, packet):
    """Protocol, source, destination and what the packet carries; of a later fragment nothing."""
    if kind == ETH_P_IP and len(packet) >= 20:
        source, destination = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
        later = struct.unpack_from("!H", packet, 6)[0] & 0x1FFF
        return packet[9], source, destination, b"" if later else packet[(packet[0] & 15) * 4:]
    if kind == ETH_P_IPV6 and len(packet) >= 40:
        source, destination = (socket.inet_ntop(socket.AF_INET6, packet[at:at + 16]) for at in (8, 24))
        if packet[6] == socket.IPPROTO_FRAGMENT and len(packet) >= 48:
            later = struct.unpack_from("!H", packet, 42)[0] >> 3
            return packet[40], source, destination, b"" if later else packet[48:]
        return packet[6], source, destination, packet[40:]
    return None, "", "", b""


def decode(kind, packet):
    """Kind, source, its port, destination, its port; None for what is neither TCP, UDP, ICMP nor known of ICMPv6."""
    protocol, source, destination, body = _network(kind, packet)
    if len(body) < 8:
        return None
    if protocol == socket.IPPROTO_ICMP or (protocol == socket.IPPROTO_ICMPV6 and body[0] in ICMPV6):
        kind = (ICMP if protocol == socket.IPPROTO_ICMP else ICMPV6).get(body[0], body[0])
        if kind in ("echo-request", "echo-reply"):  # the id stands where the client's port would be
            return f"icmp {kind}", source, struct.unpack_from("!H", body, 4)[0], destination, None
        return f"icmp {kind}/{body[1]}" if kind == "unreachable" else f"icmp {kind}", source, None, destination, None
    if protocol not in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
        return None
    source_port, destination_port = struct.unpack_from("!HH", body)
    flags = body[13] if protocol == socket.IPPROTO_TCP else 0
    kind = "udp" if protocol == socket.IPPROTO_UDP else tcp_kind(flags & SYN, flags & ACK, flags & RST)
    return kind, source, source_port, destination, destination_port


class Capture:
    """Taps from its making to its end; none of them makes a device promiscuous."""

    def __init__(self, namespaces):
        self._taps = {self._tap(namespace): name for name, namespace in namespaces.items()}

    @staticmethod
    def _tap(namespace):
        tap = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        tap.setblocking(False)
        return tap

    def until_idle(self, client_port):
        """All that came in until nothing did for a while, each kind of packet once."""
        packets, room = {}, ENOUGH
        while room > 0 and (ready := select.select(self._taps, [], [], IDLE)[0]):
            for tap in ready:
                frame, (device, kind, packet_type, hardware, *_) = tap.recvfrom(2048)
                room -= 1
                packet = frame if hardware == ARPHRD_NONE else frame[ETHERNET_HEADER:]
                if packet_type != socket.PACKET_OUTGOING and (decoded := decode(kind, packet)):
                    packets[_packet(self._taps[tap], device, decoded, client_port)] = None
        for tap in self._taps:
            tap.close()
        return list(packets)


def _packet(machine, device, decoded, client_port):
    kind, source, source_port, destination, destination_port = decoded
    return Packet(machine, device, kind, source, CLIENT if source_port == client_port else source_port,
                  destination, CLIENT if destination_port == client_port else destination_port)
