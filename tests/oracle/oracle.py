"""Runs one scenario: every flow on the kernel, and beside it its prediction."""

import dataclasses
import pathlib
import tempfile

import client
import counters
import tracked
from build import Lab
from capture import Capture
from compare import Difference, Truth, differences, mistakes
from servers import Servers
from simulation import NoPrediction, explain, take_snapshot


@dataclasses.dataclass
class FlowReport:
    flow: str
    outcome: str
    predicted: str | None  # the outcome
    differences: list
    mistakes: list

    @property
    def agrees(self):
        return not self.differences and not self.mistakes


@dataclasses.dataclass
class Report:
    name: str
    flows: list
    error: str | None = None  # it could not be built or run

    @property
    def agrees(self):
        return not self.error and all(flow.agrees for flow in self.flows)


def _run_on_kernel(lab, servers, flow):
    before = counters.read(lab.namespaces, lab.scenario)
    capture = Capture(lab.namespaces)
    asker = client.Client(lab.namespaces[flow.source], flow.protocol, flow.size)
    outcome = asker.ask(*flow.destination)
    packets = capture.until_idle(asker.port)
    after = counters.read(lab.namespaces, lab.scenario)
    entries = tracked.read(lab.namespaces, asker.port)
    asker.close()
    servers.forget()
    return Truth(outcome, packets, counters.hit(before, after), set(after), entries)


def _run_flow(lab, servers, flow, snapshot):
    client.get_to_know(lab.namespaces, flow.asked)
    for machine, lines in flow.before.items():
        lab.namespaces[machine].run("sh", "-ec", lines)
    if flow.before:
        lab.wait_until_settled()
    take_snapshot(lab, snapshot)
    truth = _run_on_kernel(lab, servers, flow)
    try:
        prediction = explain(lab, snapshot, flow)
        predicted, found = prediction.outcome, list(differences(truth, prediction, lab.scenario))
    except NoPrediction as error:
        predicted = None
        found = [Difference("question", f"the kernel's outcome is {truth.outcome}, and there is no prediction: {error}")]
    return FlowReport(str(flow), truth.outcome, predicted, found, list(mistakes(truth, flow)))


def run(scenario):
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder, Lab(scenario) as lab, Servers(lab) as servers:
        snapshot = str(pathlib.Path(folder, "snapshot.json"))
        return Report(scenario.name, [_run_flow(lab, servers, flow, snapshot) for flow in scenario.flows])


def try_to_run(load, name):
    """Whatever goes wrong with one scenario is reported, and does not end the run of the others."""
    try:
        return run(load())
    except Exception as error:  # pylint: disable=broad-except
        return Report(name, [], f"{type(error).__name__}: {error}")
