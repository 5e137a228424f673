"""What onlan predicts of a flow: a snapshot of the host, and an explanation in JSON."""

import dataclasses
import json
import os
import pathlib
import re
import subprocess

from counters import Rule
from scenario import HOST
from wire import CLIENT, Packet, tcp_kind

ONLAN = os.environ.get("ONLAN", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/onlan"))
NOBODY = "unix:///nonexistent/docker.sock"
DELIVERED, NOT_DELIVERED = 0, 3
ENTRY = re.compile(r"(\w+) src=(\S+) dst=(\S+) (?:sport=([\d-]+) dport=([\d-]+)|type=\d+ code=\d+ id=([\d-]+))")


class NoPrediction(RuntimeError):
    """onlan does not know the flow's source, say, or does not understand a rule."""


@dataclasses.dataclass(frozen=True)
class Prediction:
    outcome: str
    cause: str
    packets: list  # what comes in by a cable, or up from a bridge
    rules: set  # those that decided something
    entries: set  # conntrack: (machine, protocol and original tuple), whatever became of it
    left: set  # those of them that surely stay, and know the client's port


def take_snapshot(lab, path):
    lab.host.run(ONLAN, "--docker-host", NOBODY, "snapshot", "--output", path)


def explain(lab, path, flow):
    source = HOST if flow.source == HOST else f"netns:{lab.prefix}{flow.source}"
    done = subprocess.run([ONLAN, "--json", "explain", "--from", source, "--to", flow.to, "--snapshot", path],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (DELIVERED, NOT_DELIVERED):
        raise NoPrediction(done.stderr.strip() or f"exit {done.returncode}")
    return prediction_of(json.loads(done.stdout), f"netns:{lab.prefix}")


def prediction_of(document, prefix):
    walks = [[dict(step, machine=step["netns"].removeprefix(prefix)) for step in packet["steps"]]
             for packet in document["packets"] if not packet["summary"].startswith(("ARP ", "NDP "))]
    steps = [step for walk in walks for step in walk]
    client = steps[0]["packet"]["sport"] if steps else None
    return Prediction(
        document["outcome"], document["cause"]["summary"],
        packets=list(dict.fromkeys(_packet(step, client) for step in steps if _comes_in(step))),
        rules={_rule(step["netns"].removeprefix(prefix), step["because"]) for packet in document["packets"]
               for step in packet["steps"] if step["because"]["type"] == "rule"},
        entries={entry for step in steps for entry in _entries(step, client)}, left=_left(walks, client))


def _left(walks, client):
    """Of those that know the client's port. An entry stays once its first packet has come through, or another was found to
    be of it. A RST that is the only answer takes it away again (nf_conntrack_tcp_packet())."""
    left, answered = set(), set()
    for walk in walks:
        for number, step in enumerate(walk):
            for entry in _entries(step, client):
                if step["action"] == "new":
                    if entry in answered:  # the one before has been killed
                        answered.remove(entry)
                        left.remove(entry)
                    if _comes_through(walk, number):
                        left.add(entry)
                elif step["action"] == "established" and _kind(step["packet"]) != "tcp R":
                    answered.add(entry)
                    left.add(entry)
                elif step["action"] == "established" and entry not in answered:
                    left.discard(entry)
    return {(machine, entry) for machine, entry in left if CLIENT in entry}


def _comes_through(walk, number):
    """Where one copy is dropped or flooded, a later step may be another's."""
    return (not any(step["action"] in ("drop", "flood") for step in walk)
            and any(step["stage"] in ("veth", "socket") for step in walk[number + 1:]))


def _comes_in(step):
    return (step["stage"], step["action"]) in (("veth", "cross"), ("bridge/local", "pass-up"))


def _port(port, client):
    if isinstance(port, dict):
        return port["first"], port["last"]
    return CLIENT if port == client else port


def _packet(step, client):
    header = step["packet"]
    source_port, destination_port = _port(header["sport"], client), _port(header["dport"], client)
    kind = _kind(header)
    if kind.startswith("icmp"):
        query = kind in ("icmp echo-request", "icmp echo-reply")
        source_port, destination_port = (source_port or destination_port) if query else None, None
    return Packet(step["machine"], step["device"], kind,
                  header["src"], source_port, header["dst"], destination_port)


def _kind(header):
    flags = header["flags"]
    if not flags:
        return "udp"
    if not flags.isupper():
        return f"icmp {flags}"
    return tcp_kind("S" in flags, "A" in flags, "R" in flags)


def _rule(machine, because):
    program = because["program"].replace("tables-nft", "tables")
    return Rule(machine, program, because["table"], because["chain"], because["number"])


def _entries(step, client):
    if step["because"]["type"] != "conntrack" or not (found := ENTRY.match(step["because"]["text"])):
        return
    protocol, source, destination, source_port, destination_port, identifier = found.groups()
    ports = [CLIENT if port == str(client) else port for port in (source_port or identifier, destination_port)]
    yield step["machine"], entry_text(protocol, source, ports[0], destination, ports[1])


def entry_text(protocol, source, source_port, destination, destination_port):
    end = f":{destination_port}" if destination_port else ""
    return f"{protocol} {source}:{source_port} > {destination}{end}"
