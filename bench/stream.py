"""UDP datagrams, one CPU's worth of them: how many per second it carries from one namespace to another.

The sender writes them to its socket 64 at a time, and its interface takes them apart (UDP_SEGMENT, with gso_max_segs 1).
So the system call is a small part of the work, and the path gets batches as it does from a NIC. All the rest happens on
the same CPU before the system call returns: no queue overflows, and nothing else is the limit. Time in which another
process had the CPU does not count.
"""

import os
import pathlib
import socket
import time

PAYLOAD, BATCH = 64, 64
UDP_SEGMENT = 103
SO_SNDBUFFORCE = 32


def sink(ready, port):
    """A receiver that reads nothing: what does not fit into its buffer is dropped when it has come all the way."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("", port))
    ready.send("ready")
    while True:
        time.sleep(3600)


def packets_per_second(sender, receiver, address, seconds):
    """Between the interfaces eth0 of two namespaces."""
    sender.ip("link set eth0 gso_max_segs 1")
    try:
        before = _received(receiver)
        sent, elapsed = sender.call(_send, address, seconds)
        arrived = _received(receiver) - before
    finally:
        sender.ip("link set eth0 gso_max_segs 65535")
    if arrived < 0.99 * sent:
        raise RuntimeError(f"{sent} packets were sent to {address[0]}, and {arrived} came in")
    return min(sent, arrived) / elapsed


def _send(address, seconds):
    """How many were sent, and in how much time on the CPU."""
    os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    batch = bytes(PAYLOAD * BATCH)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, PAYLOAD)
        client.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 22)
        client.connect(address)
        sent = 0
        start, waited = time.monotonic(), _time_without_cpu()
        while (now := time.monotonic()) < start + seconds:
            client.send(batch)
            sent += BATCH
        return sent, now - start - (_time_without_cpu() - waited)


def _time_without_cpu():
    """How long this thread has waited for a CPU (Documentation/scheduler/sched-stats.rst)."""
    return int(pathlib.Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def _received(namespace):
    (link,) = namespace.json("ip", "-s", "-j", "link", "show", "dev", "eth0")
    return link["stats64"]["rx"]["packets"]
