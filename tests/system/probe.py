"""Flows as a client's program sees them, and the servers that answer them.

The outcomes are words: "delivered by NAME" (the request's data reached the server that is called NAME, and its response
came back), "refused", "timeout", "stalled" (connected, and then nothing), "reset", "unreachable".
"""

import contextlib
import errno
import os
import selectors
import socket
import struct
import time

TIMEOUT = 1.5
MDNS = ("224.0.0.251", 5353)
SSDP = ("239.255.255.250", 1900)


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


# What runs in the client's namespace.


def _outcome(error):
    if isinstance(error, TimeoutError):
        return "timeout"
    return {errno.ECONNREFUSED: "refused", errno.ECONNRESET: "reset", errno.EPIPE: "reset"}.get(
        error.errno, "unreachable")


def _answer(connected):
    request = os.urandom(8).hex()
    connected.send(request.encode())
    response = connected.recv(2048).decode()
    server, _, echoed = response.partition(" ")
    return f"delivered by {server}" if echoed == request else f"garbled: {response!r}"


def _tcp(address, port):
    with socket.socket(family_of(address), socket.SOCK_STREAM) as client:
        client.settimeout(TIMEOUT)
        try:
            client.connect((address, port))
        except OSError as error:
            return _outcome(error)
        try:
            return _answer(client)
        except TimeoutError:
            return "stalled"
        except OSError as error:
            return _outcome(error)


def _udp(address, port):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as client:
        client.settimeout(TIMEOUT)
        try:
            client.connect((address, port))
            return _answer(client)
        except OSError as error:
            return _outcome(error)


def _checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def _ping(address):
    ipv6 = family_of(address) == socket.AF_INET6
    request, reply = (128, 129) if ipv6 else (8, 0)
    body = struct.pack("!HH", os.getpid() & 0xFFFF, 1) + os.urandom(16)
    checksum = 0 if ipv6 else _checksum(struct.pack("!BBH", request, 0, 0) + body)  # the kernel's task in ICMPv6
    protocol = socket.IPPROTO_ICMPV6 if ipv6 else socket.IPPROTO_ICMP
    with socket.socket(family_of(address), socket.SOCK_RAW, protocol) as client:
        deadline = time.monotonic() + TIMEOUT
        try:
            client.connect((address, 0))
            client.send(struct.pack("!BBH", request, 0, checksum) + body)
            while (left := deadline - time.monotonic()) > 0:
                client.settimeout(left)
                packet = client.recv(2048)
                icmp = packet if ipv6 else packet[(packet[0] & 15) * 4:]
                if icmp[0] == reply and icmp[4:] == body:
                    return f"delivered by {address}"
        except OSError as error:
            return _outcome(error)
    return "timeout"


def tcp(namespace, address, port):
    return namespace.call(_tcp, address, port)


def udp(namespace, address, port):
    return namespace.call(_udp, address, port)


def ping(namespace, address):
    return namespace.call(_ping, address)


# Servers.


def _serve(ready, name, addresses, port):
    """Answers every request, over TCP and UDP, with its name and the request."""
    selector = selectors.DefaultSelector()
    for address in addresses:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            server = socket.socket(family_of(address), kind)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((address, port))
            if kind == socket.SOCK_STREAM:
                server.listen(16)
            selector.register(server, selectors.EVENT_READ, kind)
    ready.send("ready")
    while True:
        for key, _ in selector.select():
            with contextlib.suppress(OSError):
                if key.data == socket.SOCK_STREAM:
                    client, _ = key.fileobj.accept()
                    with client:
                        client.settimeout(TIMEOUT)
                        client.sendall(f"{name} ".encode() + client.recv(2048))
                else:
                    request, client = key.fileobj.recvfrom(2048)
                    key.fileobj.sendto(f"{name} ".encode() + request, client)


def serve(namespace, name, port, addresses=("::",)):
    """A process that answers until it is killed; "::" is IPv4 and IPv6 alike."""
    server, _ = namespace.start(_serve, name, addresses, port)
    return server


# Multicast.


def _hear(ready, interface, group):
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(group)
    membership = struct.pack("4s4si", socket.inet_aton(group[0]), bytes(4), socket.if_nametoindex(interface))
    listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    ready.send("ready")
    data, (sender, _) = listener.recvfrom(2048)
    ready.send((data.decode(), sender))


def _say(interface, group, text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        outgoing = struct.pack("4s4si", bytes(4), bytes(4), socket.if_nametoindex(interface))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, outgoing)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)
        sender.sendto(text.encode(), group)


def multicast(sender, receiver, group, interface="eth0"):
    """What a member of the group hears, and from which address; None when nothing comes."""
    listener, pipe = receiver.start(_hear, interface, group)
    try:
        sender.call(_say, interface, group, "anybody there?")
        return pipe.recv() if pipe.poll(TIMEOUT) else None
    finally:
        listener.kill()
        listener.join()
