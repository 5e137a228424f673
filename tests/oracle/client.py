"""Real clients. What a client's program sees of a flow is its outcome:

delivered    the request reached the server, and its response came back
timeout      no answer to the SYN, or to the datagram
stalled      connected, and then nothing
refused      ECONNREFUSED
reset        connected, and then ECONNRESET
unreachable  EHOSTUNREACH, ENETUNREACH, EACCES and the like; an ordinary UDP client is not told of every ICMP error
blocked      the kernel would not send: EPERM
"""

import errno
import itertools
import os
import socket
import struct

from sockets import close_with_reset, family_of

CONNECT_TIMEOUT = 1.4  # one SYN may be lost: the kernel sends the second after 1 s
ANSWER_TIMEOUT = 0.9
IP_RECVERR = 11
ECHO_REQUEST, ECHO_REPLY = 8, 0

# Neither those of the kernel's own choice nor those of NAT's lower ranges.
_client_ports = itertools.cycle(range(20000, 32000))

OF_ERRNO = {errno.ECONNREFUSED: "refused", errno.ECONNRESET: "reset", errno.EPIPE: "reset", errno.EPERM: "blocked",
            errno.ETIMEDOUT: "timeout"}


def _of_error(error):
    return "timeout" if isinstance(error, TimeoutError) else OF_ERRNO.get(error.errno, "unreachable")


class Client:
    """Asks once, from a port (or ICMP id) of its own. What it leaves open is closed by close(), after the capture."""

    def __init__(self, namespace, protocol):
        self.port = next(_client_ports)
        self._namespace = namespace
        self._protocol = protocol
        self._socket = None

    def ask(self, address, port):
        return {"tcp": self._tcp, "udp": self._udp, "icmp": self._ping}[self._protocol](address, port)

    def close(self):
        """A connection that still waits ends at once, and does not speak into the next flow."""
        close_with_reset(self._socket)

    def _open(self, address, kind, protocol=0):
        self._socket = self._namespace.socket(family_of(address), kind, protocol)

    def _exchange(self):
        request = os.urandom(8).hex()
        self._socket.settimeout(ANSWER_TIMEOUT)
        self._socket.send(request.encode())
        _, _, echoed = self._socket.recv(2048).decode().partition(" ")
        return "delivered" if echoed == request else "garbled"

    def _tcp(self, address, port):
        self._open(address, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("", self.port))
        self._socket.settimeout(CONNECT_TIMEOUT)
        try:
            self._socket.connect((address, port))
        except OSError as error:
            return _of_error(error)
        try:
            answer = self._exchange()
            self._socket.shutdown(socket.SHUT_WR)
            return answer
        except TimeoutError:
            return "stalled"
        except OSError as error:
            return _of_error(error)

    def _udp(self, address, port):
        self._open(address, socket.SOCK_DGRAM)
        self._socket.bind(("", self.port))
        try:
            self._socket.connect((address, port))
            return self._exchange()
        except OSError as error:
            return _of_error(error)

    def _ping(self, address, _):
        self._open(address, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self._socket.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)  # as ping does; without it most errors stay unseen
        body = struct.pack("!HH", self.port, 1) + os.urandom(16)
        header = struct.pack("!BBH", ECHO_REQUEST, 0, _checksum(struct.pack("!BBH", ECHO_REQUEST, 0, 0) + body))
        self._socket.settimeout(ANSWER_TIMEOUT)
        try:
            self._socket.connect((address, 0))
            self._socket.send(header + body)
            while True:
                packet = self._socket.recv(2048)
                icmp = packet[(packet[0] & 15) * 4:]
                if icmp[0] == ECHO_REPLY and icmp[4:] == body:
                    return "delivered"
        except OSError as error:
            return _of_error(error)


def _checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF
