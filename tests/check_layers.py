"""Fail if a file in src/ includes a layer that its CMake target does not list in USES, or a folder of its own layer that
FOLDERS does not list for its own folder."""

import pathlib
import re
import sys

# Same input, same answer: these layers get no door to the machine they run on.
PURE = {"model", "redact", "render", "rules", "simulate", "plan", "formats"}
DOOR = re.compile(r"(?:sys|linux|net|netinet|arpa)/|unistd|fcntl|sched|thread|fstream|random")
# Throwing and lock-taking libraries stay behind one door each.
ONLY_IN = {"boost/": "io", "libmnl/": "kernel", "nftables/": "kernel", "yaml-cpp/": "model", "CLI/": "cli"}

INCLUDE = re.compile(r'\s*#\s*include\s+(?:"([a-z_/]+\.hpp)"|<([^>]+)>)')


class Declared:
    """What CMake wrote down: "layer: layer…" and, of the folders inside, "layer/folder: folder…"."""

    def __init__(self, text):
        self.uses, self.folders = {}, {}
        for line in text.splitlines():
            name, _, uses = line.partition(":")
            layer, _, folder = name.partition("/")
            if folder:
                self.folders.setdefault(layer, {})[folder] = {folder, *uses.split()}
            else:
                self.uses[layer] = {layer, *uses.split()}
        # The program itself stands on top of them all.
        self.uses["cli"] = {"cli", *self.uses}


def layer_of(path):
    return path.parts[0]


def folder_of(path):
    """The folder inside its layer; None for the layer's own headers and sources."""
    return path.parts[1] if len(path.parts) > 2 else None


class Checker:
    def __init__(self, declared, source):
        self.declared, self.source = declared, source
        self.complaints = []

    def includes(self, path):
        """(line number, "our/header.hpp" or "", "library header" or "") of each."""
        lines = (self.source / path).read_text().splitlines()
        found = ((number, INCLUDE.match(line)) for number, line in enumerate(lines, 1))
        return [(number, match[1] or "", match[2] or "") for number, match in found if match]

    def folders_behind(self, header, seen):
        """The folders of a layer that one of its own headers brings along: the way round through a door is one too."""
        if folder := folder_of(header):
            return {folder}
        if header in seen or not (self.source / header).exists():
            return set()
        seen.add(header)
        inner = (pathlib.Path(ours) for _, ours, _ in self.includes(header) if ours)
        return set().union(*(self.folders_behind(one, seen) for one in inner if layer_of(one) == layer_of(header)))

    def check(self, path):
        layer, folder = layer_of(path), folder_of(path)
        folders = self.declared.folders.get(layer)
        if folders is not None and folder is not None and folder not in folders:
            self.complaints.append(f"{path}: {layer}/ declares no folder {folder}/")
        for number, ours, library in self.includes(path):
            if ours:
                self.check_ours(path, number, pathlib.Path(ours))
            else:
                self.check_library(layer, f"{path}:{number}", library)

    def check_ours(self, path, number, header):
        layer, folder = layer_of(path), folder_of(path)
        if layer_of(header) not in self.declared.uses.get(layer, set()):
            self.complaints.append(f"{path}:{number}: {layer}/ may not include {layer_of(header)}/")
        allowed = self.declared.folders.get(layer, {}).get(folder)
        if allowed is None or layer_of(header) != layer:
            return
        for other in sorted(self.folders_behind(header, set()) - allowed):
            self.complaints.append(f"{path}:{number}: {layer}/{folder}/ may not include {layer}/{other}/")

    def check_library(self, layer, place, library):
        door = DOOR.match(library)
        # What other programs print has the kernel's numbers in it.
        if layer in PURE and door and (layer, door[0]) != ("formats", "linux/"):
            self.complaints.append(f"{place}: {layer}/ is pure and may not include <{library}>")
        for name, home in ONLY_IN.items():
            if library.startswith(name) and layer != home:
                self.complaints.append(f"{place}: <{name}...> belongs in {home}/")


def complaints(declared, source):
    checker = Checker(Declared(declared), source)
    for path in sorted(source.rglob("*.[ch]pp")):
        checker.check(path.relative_to(source))
    return checker.complaints


if __name__ == "__main__":
    bad = complaints(pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2]))
    print(*bad, sep="\n")
    sys.exit(bool(bad))
