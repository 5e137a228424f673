"""What is measured between a container and the LAN machine."""

import contextlib
import dataclasses
import json
import os
import socket
import statistics
import struct
import subprocess
import time
import typing

import stream
import tcp
from host_lab import HostLab
from lan import ROUTER
from namespace import Namespace
from setups import PORT

SECONDS, IPERF_SECONDS, PINGS = 0.5, 1, 3000
PATIENCE = 2


@dataclasses.dataclass
class Path:
    container: Namespace
    lan_machine: Namespace
    address: str  # of the container, as the LAN knows it


@contextlib.contextmanager
def build_path(setup):
    with HostLab(uplink="cable") as host:
        path = Path(setup.attach(host), host.router, setup.address)
        with path.container.running(stream.sink, PORT), path.lan_machine.running(stream.sink, PORT):
            yield path


def _round_trip(path):
    return path.container.call(_ping, ROUTER)


def _ping(address):
    """The median, in microseconds, of echo requests that the other's kernel answers."""
    request = struct.pack("!BBHHH", 8, 0, 0xF7FD, 1, 1) + bytes(56)  # its words add up to 0xFFFF, as they must
    times = []
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as client:
        client.settimeout(PATIENCE)
        client.connect((address, 0))
        for _ in range(PINGS):
            start = time.perf_counter_ns()
            client.send(request)
            client.recv(2048)
            times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000


def _tcp(path):
    return path.container.call(_connect_and_send, path, "to the LAN")


def _tcp_from_lan(path):
    return path.container.call(_connect_and_send, path, "from the LAN")


def _connect_and_send(path, direction):
    """In Gbit/s."""
    container, lan_machine = tcp.connect(path.container, path.lan_machine, (ROUTER, PORT))
    with container, lan_machine:
        ends = (container, lan_machine) if direction == "to the LAN" else (lan_machine, container)
        return tcp.bits_per_second(*ends, SECONDS) / 1e9


def _packets(path):
    return stream.packets_per_second(path.container, path.lan_machine, (ROUTER, PORT), SECONDS) / 1000


def _packets_from_lan(path):
    return stream.packets_per_second(path.lan_machine, path.container, (path.address, PORT), SECONDS) / 1000


def _iperf3(path, *direction):
    """In Gbit/s, of one TCP connection that the container opens; each of its ends has a CPU, if there are two."""
    cpus = sorted(os.sched_getaffinity(0))
    server = path.lan_machine.popen("iperf3", "--server", "--one-off", "--forceflush", stdout=subprocess.PIPE)
    try:
        while "Server listening" not in (line := server.stdout.readline()):
            if not line:
                raise RuntimeError("iperf3 --server ended")
        done = path.container.attempt("iperf3", "--client", ROUTER, "--time", IPERF_SECONDS, "--json",
                                      "--affinity", f"{cpus[0]},{cpus[-1]}", *direction)
        result = json.loads(done.stdout)
        if "error" in result:
            raise RuntimeError(f"iperf3: {result['error']}")
        return result["end"]["sum_received"]["bits_per_second"] / 1e9
    finally:
        server.kill()
        server.communicate()


def _iperf3_from_lan(path):
    return _iperf3(path, "--reverse")


@dataclasses.dataclass(frozen=True)
class Measure:
    name: str
    unit: str
    take: typing.Callable[[Path], float]
    more_is_better: bool = True
    steady: bool = True  # whether it hardly depends on what else the machine is doing


PACKETS = Measure("packets to the LAN", "k/s", _packets)
PACKETS_FROM_LAN = Measure("packets from the LAN", "k/s", _packets_from_lan)
# The round trip comes first: it makes the neighbours known, and nothing waits for that afterwards.
MEASURES = (Measure("round trip", "µs", _round_trip, more_is_better=False),
            Measure("TCP to the LAN", "Gbit/s", _tcp),
            Measure("TCP from the LAN", "Gbit/s", _tcp_from_lan),
            PACKETS,
            PACKETS_FROM_LAN,
            Measure("iperf3 to the LAN", "Gbit/s", _iperf3, steady=False),
            Measure("iperf3 from the LAN", "Gbit/s", _iperf3_from_lan, steady=False))
