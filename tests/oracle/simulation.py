"""What onlan predicts of a flow: a snapshot of the host, and an explanation in JSON."""

import dataclasses
import json
import os
import pathlib

import command
import outside
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
    if len(lab.scenario.visible) < len(lab.scenario.machines):
        file = pathlib.Path(path)
        file.write_text(json.dumps(outside.hidden(json.loads(file.read_text()), lab.scenario, _prefix(lab))))


def _prefix(lab):
    return f"netns:{lab.prefix}"


def _who(lab, flow):
    if flow.source == HOST:
        return HOST
    machine = lab.scenario.machines[flow.source]
    if not machine.outside:
        return _prefix(lab) + flow.source
    ipv6 = ":" in flow.destination[0]
    return outside.NAME + next(address for address in machine.own_addresses if (":" in address) == ipv6)


def explain(lab, path, flow):
    size = ["--size", str(flow.size)] if flow.size else []
    done = command.attempt(ONLAN, "--json", "explain", "--from", _who(lab, flow), "--to", flow.to, "--snapshot", path,
                           *size)
    if done.returncode not in (DELIVERED, NOT_DELIVERED):
        raise NoPrediction(done.stderr.strip() or f"exit {done.returncode}")
    return prediction_of(json.loads(done.stdout), _prefix(lab), lab.scenario)


def prediction_of(document, prefix, scenario):
    names = outside.names(scenario)

    def machine(netns):
        return names.get(netns) or netns.removeprefix(prefix)

    packets = [[dict(step, machine=machine(step["netns"])) for step in packet["steps"]]
               for packet in document["packets"] if not packet["summary"].startswith(("ARP ", "NDP "))]
    client = next((steps[0]["packet"]["sport"] for steps in packets if steps), None)
    arrivals = [arrival for steps in packets for arrival in _arrivals(steps, scenario)]
    return Prediction(
        document["outcome"], document["cause"]["summary"],
        packets=list(dict.fromkeys(_packet(place, header, client) for place, header in arrivals)),
        rules={_rule(machine(match["netns"]), match["rule"]) for packet in document["packets"]
               for match in packet["matches"]},
        entries=set(_entries(document["conntrack"], machine, client)))


def _arrivals(steps, scenario):
    """Where a packet comes in, and with which header."""
    for number, step in enumerate(steps):
        place, what = f"{step['machine']}/{step['device']}", (step["stage"], step["action"])
        if what in (("veth", "cross"), ("bridge/local", "pass-up")):
            yield place, step["packet"]
        elif what in (("wire", "leave"), ("veth", "leave")):
            reached = {each["machine"] for each in steps[number + 1:]}
            for there in outside.arrivals(scenario, place, reached):
                yield there, step["packet"]


def _port(port, client):
    if isinstance(port, dict):
        return port["first"], port["last"]
    return CLIENT if port == client else port


def _packet(place, header, client):
    source_port, destination_port = _port(header["sport"], client), _port(header["dport"], client)
    kind = _kind(header)
    if kind.startswith("icmp"):
        query = kind in ("icmp echo-request", "icmp echo-reply")
        source_port, destination_port = (source_port or destination_port) if query else None, None
    return Packet(*place.split("/"), kind,
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


def _entries(entries, machine, client):
    for entry in entries:
        original = entry["original"]
        source_port, destination_port = (_port(original.get(key), client) for key in ("sport", "dport"))
        if CLIENT in (source_port, destination_port):
            yield machine(entry["netns"]), entry_text(
                entry["protocol"], original["src"], _text(source_port), original["dst"], _text(destination_port))


def _text(port):
    return "{}-{}".format(*port) if isinstance(port, tuple) else port


def entry_text(protocol, source, source_port, destination, destination_port):
    end = f":{destination_port}" if destination_port else ""
    return f"{protocol} {source}:{source_port} > {destination}{end}"
