"""Fail if a file in src/<layer>/ includes a layer that its CMake target does not list in USES."""

import pathlib
import re
import sys

layers = {}
for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
    name, _, uses = line.partition(":")
    layers[name] = {name, *uses.split()}
# The program itself stands on top of them all.
layers["cli"] = {"cli", *layers}

# Same input, same answer: these layers get no door to the machine they run on.
PURE = {"model", "redact", "render", "rules", "simulate", "plan", "formats"}
DOOR = re.compile(r"\s*#\s*include\s+<((?:sys|linux|net|netinet|arpa)/|unistd|fcntl|sched|thread|fstream|random)")
# Throwing and lock-taking libraries stay behind one door each.
ONLY_IN = {"boost/": "io", "libmnl/": "kernel", "nftables/": "kernel", "yaml-cpp/": "model", "CLI/": "cli"}

bad = 0
source = pathlib.Path(sys.argv[2])
for path in sorted(source.rglob("*.[ch]pp")):
    layer = path.relative_to(source).parts[0]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        include = re.match(r'\s*#\s*include\s+"([a-z_]+)/', line)
        if include and include[1] not in layers.get(layer, set()):
            print(f"{path}:{number}: {layer}/ may not include {include[1]}/")
            bad = 1
        door = DOOR.match(line)
        # What other programs print has the kernel's numbers in it.
        if layer in PURE and door and (layer, door[1]) != ("formats", "linux/"):
            print(f"{path}:{number}: {layer}/ is pure and may not include <{door[1]}...>")
            bad = 1
        library = re.match(r"\s*#\s*include\s+<([a-zA-Z-]+/)", line)
        if library and ONLY_IN.get(library[1], layer) != layer:
            print(f"{path}:{number}: <{library[1]}...> belongs in {ONLY_IN[library[1]]}/")
            bad = 1
sys.exit(bad)
