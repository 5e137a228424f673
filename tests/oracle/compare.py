"""The kernel's truth of a flow beside what was predicted of it."""

import dataclasses

import wire

NOTHING = "nothing"


@dataclasses.dataclass(frozen=True)
class Truth:
    """What the running kernel did."""

    outcome: str
    packets: list
    hit: set  # rules whose counter rose
    counting: set  # rules that have one
    entries: set  # conntrack, as in Prediction


@dataclasses.dataclass(frozen=True)
class Difference:
    kind: str  # question (there is no prediction), outcome, wire, rule, conntrack; or scenario: the file is wrong
    text: str

    def __str__(self):
        return f"{self.kind}: {self.text}"


def differences(truth, prediction, scenario):
    """Where the two disagree."""
    yield from _outcome(truth, prediction)
    yield from _packets(truth.packets, prediction.packets, _comparable_devices(scenario))
    yield from _rules(truth, prediction.rules)
    for machine, entry in sorted(truth.entries, key=str):
        if any(machine == where and wire.is_like_entry(entry, each) for where, each in prediction.entries):
            continue
        yield Difference("conntrack", f"left behind, not predicted: {machine}: {entry}")
    for machine, entry in sorted(prediction.entries, key=str):
        if not any(machine == where and wire.is_like_entry(each, entry) for where, each in truth.entries):
            yield Difference("conntrack", f"predicted, not left behind: {machine}: {entry}")


def mistakes(truth, flow):
    """Where the scenario's own claims are not what the kernel did."""
    if flow.outcome not in (None, truth.outcome):
        yield Difference("scenario", f"says {flow.outcome}, and the kernel did {truth.outcome}")
    for place, tuples in flow.wire.items():
        seen = [packet for packet in truth.packets if packet.place == place]
        if tuples == NOTHING:
            yield from (Difference("scenario", f"says nothing is seen on {place}; there was {packet.tuple}")
                        for packet in seen)
            continue
        for each in [tuples] if isinstance(tuples, str) else tuples:
            if not any(wire.matches(each, packet) for packet in seen):
                yield Difference("scenario", f"says {each} is seen on {place}; there was "
                                             + (", ".join(packet.tuple for packet in seen) or NOTHING))


def _outcome(truth, prediction):
    if truth.outcome != prediction.outcome:
        yield Difference("outcome", f"the kernel's is {truth.outcome}, predicted was {prediction.outcome}: "
                                    f"{prediction.cause}")


def _comparable_devices(scenario):
    """Those of whose incoming packets a prediction tells: the ends of cables and tunnels, and bridges.

    Not the lower devices of macvlans: they receive what one macvlan sends to another, and no cable is crossed. Nor what
    machines outside the snapshot say to each other.
    """
    visible = scenario.visible
    ends = {end for link in scenario.links for end in link
            if any(each.partition("/")[0] in visible for each in link)}
    lowers = {macvlan.partition(" on ")[2].partition(" ")[0] for macvlan in scenario.macvlans}
    bridges = {f"{name}/{bridge}" for name in visible for bridge in scenario.machines[name].bridges}
    return ends - lowers | bridges


def _packets(seen, predicted, devices):
    seen = [packet for packet in seen if packet.place in devices]
    predicted = [packet for packet in predicted if packet.place in devices]
    for packet in seen:
        if not any(packet.is_like(each) for each in predicted):
            yield Difference("wire", f"seen, not predicted: {packet}")
    for packet in predicted:
        if not any(packet.is_like(each) for each in seen):
            yield Difference("wire", f"predicted, not seen: {packet}")


def _rules(truth, predicted):
    for rule in sorted(predicted - truth.hit):
        if rule in truth.counting:
            yield Difference("rule", f"predicted, not hit: {rule}")
        elif rule.program != "nft":  # all rules of iptables count
            yield Difference("rule", f"predicted, not there: {rule}")
    for rule in sorted(truth.hit - predicted):
        yield Difference("rule", f"hit, not predicted: {rule}")
