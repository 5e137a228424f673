#!/usr/bin/python3
"""Compares onlan's predictions with what the running kernel does, on hosts of throw-away network namespaces."""

import argparse
import concurrent.futures
import concurrent.futures.process
import contextlib
import multiprocessing
import os
import pathlib
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

# pylint: disable=wrong-import-position
import build
import generate
import oracle
import scenario
from namespace import remove_all
from report import Tally
from shrink import shrink
from simulation import ONLAN

FIXED_SEED, FIXED_HOSTS, FRESH_HOSTS = 1, 60, 40
SHRINK_SECONDS = 40


def _arguments():
    parser = argparse.ArgumentParser(prog="./dev oracle", description=__doc__)
    parser.add_argument("words", nargs="*", metavar="WORD",
                        help="only the hand-written hosts with a WORD in their name")
    parser.add_argument("--scenarios", type=int, metavar="N", help="run N random hosts, and no hand-written one")
    parser.add_argument("--seed", type=int, metavar="S",
                        help="the seed of the first random host (default: a fresh one)")
    parser.add_argument("--ci", action="store_true", help=f"run every hand-written host, {FIXED_HOSTS} random ones of "
                        f"fixed seeds, and {FRESH_HOSTS} fresh ones, which are only reported")
    parser.add_argument("--jobs", type=int, default=2 * os.cpu_count(), metavar="J",
                        help="hosts side by side (default: two for each processor; they mostly wait)")
    parser.add_argument("--keep", type=pathlib.Path, default=HERE.parents[1] / "build/oracle", metavar="FOLDER",
                        help="where counterexamples go (default: build/oracle)")
    return parser.parse_args()


def _hand_written(words):
    paths = sorted([*HERE.glob("scenarios/*.yaml"), *HERE.glob("counterexamples/*.yaml")])
    return [path for path in paths if not words or any(word in path.stem for word in words)]


def _run_file(path):
    return oracle.try_to_run(lambda: scenario.load(path), path.stem)


def _run_document(name, document):
    return oracle.try_to_run(lambda: scenario.parse(name, document), name)


def _run_seed(task):
    """A disagreement is made small, and kept as a file."""
    seed, folder = task
    name, document = f"random-{seed}", generate.document(seed)
    report = _run_document(name, document)
    kinds = {each.kind for flow in report.flows for each in flow.differences}
    if kinds:
        def still_wrong(smaller):
            found = {each.kind for flow in _run_document(name, smaller).flows for each in flow.differences}
            return max(kinds, key=_weight) in found

        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.yaml"
        path.write_text(scenario.text_of(shrink(document, still_wrong, SHRINK_SECONDS)), encoding="utf-8")
    return report


def _weight(kind):
    return ["conntrack", "rule", "wire", "outcome", "question"].index(kind)


def _begin_worker():
    """Ctrl-C is the parent's to handle; it terminates the workers, and they take away what they made."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(run, task):
    try:
        return run(task)
    except SystemExit:  # terminated, and all is taken away: the pool would go on to the next task
        os._exit(1)


@contextlib.contextmanager
def _workers(count):
    with concurrent.futures.ProcessPoolExecutor(count, initializer=_begin_worker) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


def _tally(pool, run, tasks, what):
    tally, began = Tally(), time.monotonic()
    for done in concurrent.futures.as_completed([pool.submit(_work, run, task) for task in tasks]):
        tally.add(done.result())
    print(f"{tally.summary(what)} ({time.monotonic() - began:.0f} s)", flush=True)
    return tally


def _random(pool, first, count, arguments, what):
    print(f"{what}: seeds {first} to {first + count - 1}", flush=True)
    return _tally(pool, _run_seed, [(seed, arguments.keep) for seed in range(first, first + count)], what)


def _run_all(pool, arguments):
    """The names of those that must agree and do not."""
    fresh = int(time.time())
    if arguments.scenarios:
        first = fresh if arguments.seed is None else arguments.seed
        return _random(pool, first, arguments.scenarios, arguments, "random").disagreeing
    wrong = _tally(pool, _run_file, _hand_written(arguments.words), "hand-written").disagreeing
    if arguments.ci:
        wrong += _random(pool, FIXED_SEED, FIXED_HOSTS, arguments, "random, fixed seeds").disagreeing
        _random(pool, fresh, FRESH_HOSTS, arguments, "random, fresh seeds (reported only)")
    return wrong


def main():
    arguments = _arguments()
    if os.geteuid() != 0:
        sys.exit("./dev oracle makes network namespaces: it needs root")
    if not os.access(ONLAN, os.X_OK):
        sys.exit(f"./dev oracle: no program to ask: {ONLAN} (environment variable ONLAN)")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with _workers(arguments.jobs) as pool:
            return 1 if _run_all(pool, arguments) else 0
    except KeyboardInterrupt:
        return 130
    except concurrent.futures.process.BrokenProcessPool as error:
        sys.exit(f"./dev oracle: {error}")
    finally:
        remove_all(build.prefix_of(os.getpid()))


if __name__ == "__main__":
    sys.exit(main())
