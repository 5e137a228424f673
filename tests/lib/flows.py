"""A flow as a client's program sees it, on a socket that the caller made. Its outcome is a word:

delivered by NAME  the request reached the server that is called NAME, and its response came back
garbled            a response came back, and it is not that of the request
timeout            no answer to the SYN, or to the datagram
stalled            connected, and then nothing
refused            ECONNREFUSED
reset              connected, and then ECONNRESET
unreachable        EHOSTUNREACH, ENETUNREACH, EACCES and the like; an ordinary UDP client is not told of every ICMP error
blocked            the kernel would not send: EPERM

A server answers a request with its name, a space, and the request.
"""

import errno
import os
import socket
import struct
import time

ECHO = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}  # the types of request and reply
PROTOCOL_OF_PING = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
OF_ERRNO = {errno.ECONNREFUSED: "refused", errno.ECONNRESET: "reset", errno.EPIPE: "reset", errno.EPERM: "blocked",
            errno.ETIMEDOUT: "timeout", errno.EINPROGRESS: "timeout"}
_MOST = 65536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def checksum(data):
    """Of the Internet (RFC 1071), over an even number of bytes."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def outcome_of(error):
    """That of an OSError."""
    return "timeout" if isinstance(error, TimeoutError) else OF_ERRNO.get(error.errno, "unreachable")


def tcp(client, address, port, *, connect_timeout, answer_timeout, size=None):
    _wait_in_connect(client, connect_timeout)
    try:
        client.connect((address, port))
    except OSError as error:
        return outcome_of(error)
    client.settimeout(answer_timeout)
    try:
        return _exchange(client, size)
    except TimeoutError:
        return "stalled"
    except OSError as error:
        return outcome_of(error)


def _wait_in_connect(client, seconds):
    """connect() itself waits. Python's own timeout asks for SO_ERROR afterwards, which tells of an ICMP error too that
    the connection has survived, if that comes in time."""
    client.settimeout(None)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", int(seconds), int(seconds % 1 * 1e6)))


def udp(client, address, port, *, timeout, size=None):
    client.settimeout(timeout)
    try:
        client.connect((address, port))
        return _exchange(client, size)
    except OSError as error:
        return outcome_of(error)


def ping(client, address, *, identifier, timeout, size=None):
    """On a raw socket of the protocol PROTOCOL_OF_PING, or on one for pings. It is the address that answers."""
    family = family_of(address)
    request, reply = ECHO[family]
    body = struct.pack("!HH", identifier, 1) + os.urandom(size or 16)
    # In ICMPv6 the checksum is the kernel's task.
    check = 0 if family == socket.AF_INET6 else checksum(struct.pack("!BBH", request, 0, 0) + body)
    deadline = time.monotonic() + timeout
    try:
        client.connect((address, 0))
        client.send(struct.pack("!BBH", request, 0, check) + body)
        while (left := deadline - time.monotonic()) > 0:
            client.settimeout(left)
            packet = client.recv(_MOST)
            icmp = packet if family == socket.AF_INET6 else packet[(packet[0] & 15) * 4:]
            if icmp[0] == reply and icmp[4:] == body:
                return f"delivered by {address}"
    except OSError as error:
        return outcome_of(error)
    return "timeout"


def request_length(request):
    """How long a request will be when all of it has come, as its beginning says."""
    return int(request[1:8]) if request.startswith(b"#") and len(request) >= 8 else len(request)


def _request(size):
    return os.urandom(8).hex() if size is None else f"#{size:07}".ljust(size, "x")


def _exchange(connected, size):
    request = _request(size)
    connected.sendall(request.encode())
    response = connected.recv(_MOST).decode()
    while connected.type == socket.SOCK_STREAM and len(response.partition(" ")[2]) < len(request):
        if not (more := connected.recv(_MOST).decode()):
            break
        response += more
    server, _, echoed = response.partition(" ")
    return f"delivered by {server}" if echoed == request else f"garbled {response!r}"


def close_with_reset(connection):
    """At once, and the other side is told: nothing is sent afterwards."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    connection.close()
