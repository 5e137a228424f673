"""Measures what containers on the LAN cost on this machine. What is compared is measured in turn, in rounds.

`./dev bench` runs it: it takes root, a Docker root file system and the modules of tests/lib.
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import signal
import sys

import plan_speed
import report
from setups import SETUPS
from traffic import MEASURES, build_path


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def measure_traffic(rounds):
    """Of every measure and set-up, one figure per round."""
    figures = {measure.name: {setup.name: [] for setup in SETUPS} for measure in MEASURES}
    with contextlib.ExitStack() as hosts:
        paths = {}
        for setup in SETUPS:
            progress(f"setting up a host: {setup.name}")
            paths[setup.name] = hosts.enter_context(build_path(setup))
        names = list(paths)
        for number in range(rounds):
            progress(f"round {number + 1} of {rounds}")
            first = number % len(names)
            for measure in MEASURES:
                for name in names[first:] + names[:first]:
                    figures[measure.name][name].append(measure.take(paths[name]))
    return figures


def parse_arguments():
    parser = argparse.ArgumentParser(description="measure the figures of the README")
    parser.add_argument("--rounds", type=int, default=8, help="how often each set-up is measured (default: 8)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write every single figure to FILE")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if os.geteuid() != 0:
        sys.exit("bench: it makes network namespaces, and that needs root")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: terminated"))  # what was made is taken away
    load, _, _ = os.getloadavg()
    if load > os.cpu_count() / 2:
        progress(f"this machine is busy (load {load:.1f}): do not trust the figures of iperf3 and of onlan plan")
    traffic = measure_traffic(arguments.rounds)
    plan = plan_speed.measure_plan(progress)
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"kernel": platform.release(), "load": load, "traffic": traffic, "plan": plan}, indent=2) + "\n")
    print(report.traffic_table(traffic))
    print()
    print(report.promise_lines([*report.traffic_promises(traffic), *report.plan_promises(plan)]))


if __name__ == "__main__":
    main()
