"""A TCP connection with both of its ends in one process: how many bits per second one CPU carries through it.

Each step writes a piece into one end and reads it from the other, and the path's work happens within these calls.
"""

import os
import socket
import statistics
import time

PIECE = 1 << 16
PATIENCE = 2


def connect(client, server, address):
    """The two ends, each in its namespace. This process is in the client's afterwards."""
    server.enter()
    with socket.create_server(address) as listener:
        client.enter()
        ours = socket.create_connection(address, PATIENCE)
        theirs, _ = listener.accept()
    return ours, theirs


def bits_per_second(sender, receiver, seconds):
    """In the median step: during some of them another process had the CPU."""
    os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    piece, received = bytes(PIECE), bytearray(PIECE)
    sender.settimeout(PATIENCE)
    receiver.settimeout(PATIENCE)
    times = []
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        sender.sendall(piece)
        missing = PIECE
        while missing > 0:
            missing -= receiver.recv_into(received, missing)
        times.append(time.perf_counter() - start)
    return 8 * PIECE / statistics.median(times)
