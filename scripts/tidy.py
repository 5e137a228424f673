"""clang-tidy over what a build has compiled: each file only if it, or what it includes, has changed since it was found clean.

usage: scripts/tidy.py quick|complete BUILD_FOLDER        (after building there)

`complete` is all of .clang-tidy, over the program and its unit tests. `quick` is what most often finds a mistake in the program,
in a tenth of the time: no static analyzer, nothing that follows values through a function, nothing that is only about style.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
QUICK = ("-clang-analyzer-*,-cert-*,-misc-*,-modernize-*,-portability-*,-readability-*,"
         "-bugprone-use-after-move,-bugprone-reserved-identifier,-bugprone-standalone-empty,-bugprone-stringview-nullptr")
CHECKS = {"quick": [f"--checks={QUICK}"], "complete": []}
FOLDERS = {"quick": [ROOT / "src"], "complete": [ROOT / "src", ROOT / "tests"]}
CONFIGURATION = [ROOT / ".clang-tidy", ROOT / "tests/.clang-tidy", pathlib.Path(__file__)]


def modified(path):
    return path.stat().st_mtime if path.exists() else 0


class Unit:
    """A source file. Its object is as new as the newest of what it includes, and the stamp is newer if it was clean since."""

    def __init__(self, build, which, command):
        self.build = build
        self.source = command["file"]
        self.object = build / re.search(r" -o (\S+)", command["command"])[1]
        self.stamp = self.object.with_suffix(f".{which}-tidy")
        self.checks = CHECKS[which]

    def is_known_clean(self):
        return modified(self.stamp) > max(map(modified, [self.object, *CONFIGURATION]))

    def check(self):
        done = subprocess.run(["clang-tidy-19", "-p", self.build, "--quiet", *self.checks, self.source],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            self.stamp.touch()
            return True
        print(done.stdout, flush=True)
        return False


def main(which, folder):
    build = pathlib.Path(folder).resolve()
    commands = json.loads((build / "compile_commands.json").read_text())
    commands = [one for one in commands if any(pathlib.Path(one["file"]).is_relative_to(folder) for folder in FOLDERS[which])]
    units = [unit for unit in (Unit(build, which, command) for command in commands) if not unit.is_known_clean()]
    units.sort(key=lambda unit: unit.object.stat().st_size, reverse=True)  # what takes longest must not come last
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = list(pool.map(Unit.check, units))
    print(f"clang-tidy: {len(units)} of {len(commands)} files looked at, {clean.count(False)} with findings")
    return 0 if all(clean) else 1


sys.exit(main(*sys.argv[1:]))
