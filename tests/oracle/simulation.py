"""What onlan predicts of a flow: a snapshot of the host, and an explanation in JSON."""

import dataclasses
import json
import os
import pathlib

import command
from counters import Rule
from scenario import HOST
from wire import CLIENT, Packet, tcp_kind

ONLAN = os.environ.get("ONLAN", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/onlan"))
NOBODY = "unix:///nonexistent/docker.sock"
DELIVERED, NOT_DELIVERED = 0, 3


class NoPrediction(RuntimeError):
    """onlan does not know the flow's source, say, or does not understand a rule."""


@dataclasses.dataclass(frozen=True)
class Prediction:
    outcome: str
    cause: str
    packets: list  # what comes in by a cable, or up from a bridge
    rules: set  # those that a packet matched
    entries: set  # conntrack's in the end that know the client's port: (machine, protocol and original tuple)


def take_snapshot(lab, path):
    lab.host.run(ONLAN, "--docker-host", NOBODY, "snapshot", "--output", path)


def explain(lab, path, flow):
    source = HOST if flow.source == HOST else f"netns:{lab.prefix}{flow.source}"
    size = ["--size", str(flow.size)] if flow.size else []
    done = command.attempt(ONLAN, "--json", "explain", "--from", source, "--to", flow.to, "--snapshot", path, *size)
    if done.returncode not in (DELIVERED, NOT_DELIVERED):
        raise NoPrediction(done.stderr.strip() or f"exit {done.returncode}")
    return prediction_of(json.loads(done.stdout), f"netns:{lab.prefix}")


def prediction_of(document, prefix):
    steps = [dict(step, machine=step["netns"].removeprefix(prefix)) for packet in document["packets"]
             if not packet["summary"].startswith(("ARP ", "NDP ")) for step in packet["steps"]]
    client = steps[0]["packet"]["sport"] if steps else None
    return Prediction(
        document["outcome"], document["cause"]["summary"],
        packets=list(dict.fromkeys(_packet(step, client) for step in steps if _comes_in(step))),
        rules={_rule(match["netns"].removeprefix(prefix), match["rule"]) for packet in document["packets"]
               for match in packet["matches"]},
        entries=set(_entries(document["conntrack"], prefix, client)))


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


def _rule(machine, rule):
    program = rule["program"].replace("tables-nft", "tables")
    return Rule(machine, program, rule["table"], rule["chain"], rule["number"])


def _entries(entries, prefix, client):
    for entry in entries:
        original = entry["original"]
        source_port, destination_port = (_port(original.get(key), client) for key in ("sport", "dport"))
        if CLIENT in (source_port, destination_port):
            yield entry["netns"].removeprefix(prefix), entry_text(
                entry["protocol"], original["src"], _text(source_port), original["dst"], _text(destination_port))


def _text(port):
    return "{}-{}".format(*port) if isinstance(port, tuple) else port


def entry_text(protocol, source, source_port, destination, destination_port):
    end = f":{destination_port}" if destination_port else ""
    return f"{protocol} {source}:{source_port} > {destination}{end}"
