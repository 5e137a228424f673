#!/usr/bin/python3
"""Compares onlan's predictions with the running kernel: ./dev oracle"""

import argparse
import multiprocessing
import os
import pathlib
import signal
import sys

import oracle
import scenario
from namespace import remove_all

HERE = pathlib.Path(__file__).resolve().parent


def _hand_written(words):
    paths = sorted([*HERE.glob("scenarios/*.yaml"), *HERE.glob("counterexamples/*.yaml")])
    return [scenario.load(path) for path in paths if not words or any(word in path.stem for word in words)]


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", metavar="WORD", help="only scenarios with such a word in their name")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count()), help="hosts side by side")
    return parser.parse_args()


def main():
    arguments = _arguments()
    with multiprocessing.Pool(arguments.jobs) as pool:
        for report in pool.imap(oracle.try_to_run, _hand_written(arguments.words)):
            print(report.name, 'agrees' if report.agrees else '', report.error or '')
            for flow in report.flows:
                if not flow.agrees:
                    print('  ', flow.flow, flow.outcome)
                    for x in flow.mistakes + flow.differences: print('       ', x)


if __name__ == "__main__":
    sys.exit(main())
