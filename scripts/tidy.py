"""clang-tidy over what a build has compiled below FOLDER: each file only if it, or what it includes, has changed since it was
found clean.

usage: scripts/tidy.py BUILD_FOLDER FOLDER        (after building there)

Most of its time goes into the headers of libraries. The release build reads each layer as one file, and so those once.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
CONFIGURATION = [ROOT / ".clang-tidy", ROOT / "tests/.clang-tidy", pathlib.Path(__file__)]


def modified(path):
    return path.stat().st_mtime if path.exists() else 0


class Unit:
    """A source file. Its object is as new as the newest of what it includes, and the stamp is newer if it was clean since."""

    def __init__(self, build, command):
        self.build = build
        self.source = command["file"]
        self.object = build / re.search(r" -o (\S+)", command["command"])[1]
        self.stamp = self.object.with_suffix(".tidy")

    def is_known_clean(self):
        return modified(self.stamp) > max(map(modified, [self.object, *CONFIGURATION]))

    def check(self):
        done = subprocess.run(["clang-tidy-19", "-p", self.build, "--quiet", self.source],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            self.stamp.touch()
            return True
        print(done.stdout, flush=True)
        return False


def main(build_folder, folder):
    build = pathlib.Path(build_folder).resolve()
    commands = json.loads((build / "compile_commands.json").read_text())
    below = pathlib.Path(folder).resolve()
    units = [Unit(build, command) for command in commands if pathlib.Path(command["file"]).is_relative_to(below)]
    to_do = [unit for unit in units if not unit.is_known_clean()]
    to_do.sort(key=lambda unit: unit.object.stat().st_size, reverse=True)  # what takes longest must not come last
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = list(pool.map(Unit.check, to_do))
    print(f"clang-tidy: {len(to_do)} of {len(units)} files looked at, {clean.count(False)} with findings")
    return 0 if all(clean) else 1


sys.exit(main(*sys.argv[1:]))
