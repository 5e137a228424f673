"""What a run says on the terminal."""

import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
KNOWN = HERE / "known-divergences.md"


def known_divergences():
    """The names of the scenarios that the file lists."""
    return set(re.findall(r"^- `([^`]+)`", KNOWN.read_text(encoding="utf-8"), re.MULTILINE))


class Tally:
    """Counts and prints reports as they come in."""

    def __init__(self):
        self.hosts = self.flows = self.agreeing = self.ambiguous = 0
        self.known = []
        self.struck = []  # known ones that agree now
        self.disagreeing = []
        self._known = known_divergences()

    def add(self, report):
        self.hosts += 1
        self.flows += len(report.flows)
        self.agreeing += sum(flow.agrees for flow in report.flows)
        self.ambiguous += sum(flow.predicted == "ambiguous" for flow in report.flows)
        if report.agrees:
            if report.name in self._known:
                self.struck.append(report.name)
                print(f"{report.name}: agrees now: strike it from {KNOWN.name}")
            return
        known = report.name in self._known and not report.error and not any(flow.mistakes for flow in report.flows)
        (self.known if known else self.disagreeing).append(report.name)
        print(f"{report.name}: {'a known divergence' if known else report.error or 'disagrees'}")
        for flow in report.flows:
            if not flow.agrees:
                print(f"    {flow.flow}")
                for each in [*flow.mistakes, *flow.differences]:
                    print(f"        {each}")

    def summary(self, what):
        return (f"{what}: {self.hosts} hosts, {self.agreeing} of {self.flows} flows agree, "
                f"{self.ambiguous} were predicted to be ambiguous, "
                f"{len(self.known)} known divergences, {len(self.disagreeing)} disagreements"
                + "".join(f"\n    {name}" for name in self.disagreeing)
                + (f"\n    known divergences that agree now: {', '.join(self.struck)}" if self.struck else ""))
