"""Real clients. What a client's program sees of a flow is its outcome: lib/flows.py lists the words."""

import contextlib
import itertools
import select
import socket
import struct
import time

import flows

CONNECT_TIMEOUT = 1.4  # one SYN may be lost: the kernel sends the second after 1 s
ANSWER_TIMEOUT = 0.9
GREETING_TIMEOUT = 0.3
IP_RECVERR = 11
IPV6_RECVERR = 25

# Neither those of the kernel's own choice nor those of NAT's lower ranges.
_client_ports = itertools.cycle(range(20000, 32000))


class Client:
    """Asks once, from a port (or ICMP id) of its own. What it leaves open is closed by close(), after the capture."""

    def __init__(self, namespace, protocol, size=None):
        self._size = size
        self.port = next(_client_ports)
        self._namespace = namespace
        self._protocol = protocol
        self._socket = None

    def ask(self, address, port):
        """The outcome, without the server's name: the packets tell where the request went."""
        ask = {"tcp": self._tcp, "udp": self._udp, "icmp": self._ping}[self._protocol]
        return ask(address, port).split()[0]

    def close(self):
        """A connection that still waits ends at once, and does not speak into the next flow."""
        flows.close_with_reset(self._socket)

    def _open(self, address, kind, protocol=0):
        self._socket = self._namespace.socket(flows.family_of(address), kind, protocol)

    def _tcp(self, address, port):
        self._open(address, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("", self.port))
        outcome = flows.tcp(self._socket, address, port, connect_timeout=CONNECT_TIMEOUT, answer_timeout=ANSWER_TIMEOUT,
                            size=self._size)
        if outcome.startswith("delivered"):
            self._finish()
        return outcome

    def _finish(self):
        """The server closes its side when it has heard that this one did, if that comes through."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.recv(1)

    def _udp(self, address, port):
        self._open(address, socket.SOCK_DGRAM)
        self._socket.bind(("", self.port))
        return flows.udp(self._socket, address, port, timeout=ANSWER_TIMEOUT, size=self._size)

    def _ping(self, address, _):
        """As ping does: it wants to see the errors, and IPv6 it asks through a socket of its own kind."""
        if flows.family_of(address) == socket.AF_INET:
            self._open(address, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            self._socket.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        else:
            self._open(address, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6)
            self._socket.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
            self._socket.bind(("", self.port))  # the identifier
        return flows.ping(self._socket, address, identifier=self.port, timeout=ANSWER_TIMEOUT, size=self._size)


def get_to_know(namespaces, asked):
    """Pings all these addresses at once; that one does not answer is no matter."""
    with contextlib.ExitStack() as stack:
        waiting = []
        for machine, addresses in asked.items():
            for address in addresses:
                asker = stack.enter_context(contextlib.closing(
                    namespaces[machine].socket(flows.family_of(address), socket.SOCK_DGRAM, flows.PROTOCOL_OF_PING[flows.family_of(address)])))
                with contextlib.suppress(OSError):
                    asker.connect((address, 0))
                    asker.send(struct.pack("!BBHHH", flows.ECHO[asker.family][0], 0, 0, 0, 1))
                    waiting.append(asker)
        deadline = time.monotonic() + GREETING_TIMEOUT
        while waiting and (left := deadline - time.monotonic()) > 0:
            for asker in select.select(waiting, [], [], left)[0]:
                waiting.remove(asker)
