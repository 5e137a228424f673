"""UDP datagrams: how many per second one CPU carries from one namespace to another.

The sender writes them to its socket 64 at a time, and its interface takes them apart (UDP_SEGMENT, gso_max_segs 1). So
the system call is a small part of the work, and the path gets batches as it does from a NIC. All the rest happens on the
same CPU before the system call returns: no queue overflows, and nothing else is the limit.
"""

import os
import signal
import socket
import statistics
import time

PAYLOAD, BATCH = 64, 64
UDP_SEGMENT = 103
SO_SNDBUFFORCE = 32


def sink(pipe, port):
    """A receiver that reads nothing: what does not fit into its buffer is dropped when it has come all the way."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("", port))
    pipe.send("ready")
    while True:
        signal.pause()


def packets_per_second(sender, receiver, address, seconds):
    """Between the interfaces eth0 of two namespaces."""
    sender.ip("link set eth0 gso_max_segs 1")
    try:
        before = _received(receiver)
        sent, rate = sender.call(_send, address, seconds)
        arrived = _received(receiver) - before
    finally:
        sender.ip("link set eth0 gso_max_segs 65535")
    if arrived < 0.99 * sent:
        raise RuntimeError(f"{sent} packets were sent to {address[0]}, and {arrived} came in")
    return rate


def _send(address, seconds):
    """How many were sent, and at what rate in the median batch: during some of them another process had the CPU."""
    os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    batch = bytes(PAYLOAD * BATCH)
    times = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, PAYLOAD)
        client.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 22)
        client.connect(address)
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            client.send(batch)
            times.append(time.perf_counter() - start)
    return BATCH * len(times), BATCH / statistics.median(times)


def _received(namespace):
    (link,) = namespace.json("ip", "-s", "-j", "link", "show", "dev", "eth0")
    return link["stats64"]["rx"]["packets"]
