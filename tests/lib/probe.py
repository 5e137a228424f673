"""Flows between namespaces, whose outcomes are the words of lib/flows.py, and the servers that answer them."""

import contextlib
import os
import selectors
import socket
import struct

import flows
from flows import family_of

TIMEOUT = 1.5
MDNS = ("224.0.0.251", 5353)
SSDP = ("239.255.255.250", 1900)


# What runs in the client's namespace.


def _tcp(address, port):
    with socket.socket(family_of(address), socket.SOCK_STREAM) as client:
        return flows.tcp(client, address, port, connect_timeout=TIMEOUT, answer_timeout=TIMEOUT)


def _udp(address, port):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as client:
        return flows.udp(client, address, port, timeout=TIMEOUT)


def _ping(address):
    family = family_of(address)
    with socket.socket(family, socket.SOCK_RAW, flows.PROTOCOL_OF_PING[family]) as client:
        return flows.ping(client, address, identifier=os.getpid() & 0xFFFF, timeout=TIMEOUT)


def tcp(namespace, address, port):
    return namespace.call(_tcp, address, port)


def udp(namespace, address, port):
    return namespace.call(_udp, address, port)


def ping(namespace, address):
    return namespace.call(_ping, address)


# Servers.


def _serve(pipe, name, addresses, port):
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
    pipe.send("ready")
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


def serving(namespace, name, port, addresses):
    """A server, until the end of the `with`; "::" is IPv4 and IPv6 alike."""
    return namespace.running(_serve, name, addresses, port)


# Multicast.


def _hear(pipe, interface, group):
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(group)
    membership = struct.pack("4s4si", socket.inet_aton(group[0]), bytes(4), socket.if_nametoindex(interface))
    listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    pipe.send("ready")
    data, (sender, _) = listener.recvfrom(2048)
    pipe.send((data.decode(), sender))


def _say(interface, group, text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        outgoing = struct.pack("4s4si", bytes(4), bytes(4), socket.if_nametoindex(interface))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, outgoing)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)
        sender.sendto(text.encode(), group)


def multicast(sender, receiver, group, interface="eth0"):
    """What a member of the group hears, and from which address; None when nothing comes."""
    with receiver.running(_hear, interface, group) as (_, listener):
        sender.call(_say, interface, group, "anybody there?")
        return listener.recv() if listener.poll(TIMEOUT) else None
