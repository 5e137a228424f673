"""Keep the most telling of the inputs that the fuzzers found: build/fuzz/corpus/NAME -> tests/fuzz/corpus/NAME.

usage: scripts/fuzz_corpus.py [FUZZER...]    after ./dev fuzz

What each input reaches is asked of libFuzzer. Inputs are taken by how much they add, the small ones first.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

MOST_FILES = 60
MOST_BYTES = 48_000  # for each fuzzer

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOUND = ROOT / "build/fuzz/corpus"
KEPT = ROOT / "tests/fuzz/corpus"


def reached(program, folders):
    """Each input's path with the features that it reaches, as libFuzzer notes them while it merges."""
    with tempfile.TemporaryDirectory() as scratch:
        control = pathlib.Path(scratch, "control")
        pathlib.Path(scratch, "merged").mkdir()
        subprocess.run([program, "-merge=1", f"-merge_control_file={control}", f"{scratch}/merged", *folders],
                       check=True, stderr=subprocess.DEVNULL)
        lines = control.read_text().splitlines()
    count = int(lines[0])
    paths = [pathlib.Path(line) for line in lines[2:2 + count]]
    features = {}
    for line in lines[2 + count:]:
        kind, number, *numbers = line.split()
        if kind == "FT":
            features[paths[int(number)]] = set(numbers)
    return features


def choose(features):
    """The inputs that add the most to those before them, for their size."""
    chosen, seen, size = [], set(), 0
    while features and len(chosen) < MOST_FILES:
        gain = {path: len(found - seen) / path.stat().st_size ** 0.5 for path, found in features.items()
                if path.stat().st_size and size + path.stat().st_size <= MOST_BYTES}
        best = max(gain, key=gain.get, default=None)
        if best is None or gain[best] == 0:
            break
        chosen.append(best)
        size += best.stat().st_size
        seen |= features.pop(best)
    return chosen


def main():
    names = sys.argv[1:] or sorted(path.name for path in FOUND.iterdir())
    for name in names:
        kept = KEPT / name
        kept.mkdir(parents=True, exist_ok=True)
        program = ROOT / f"build/fuzz/tests/fuzz/onlan_{name}_fuzz"
        contents = [path.read_bytes() for path in choose(reached(program, [kept, FOUND / name]))]
        shutil.rmtree(kept)
        kept.mkdir()
        for content in contents:
            (kept / hashlib.sha1(content).hexdigest()[:12]).write_bytes(content)
        print(f"{name}: {len(contents)} inputs, {sum(map(len, contents))} bytes")


if __name__ == "__main__":
    main()
