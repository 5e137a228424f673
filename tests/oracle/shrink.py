"""Takes from a scenario's document whatever it disagrees without."""

import copy
import re
import time

from scenario import HOST, TEXTS

# A table of iptables-restore or of nft, and a chain of nft.
BLOCKS = [re.compile(pattern, re.MULTILINE | re.DOTALL)
          for pattern in (r"^\*.*?^COMMIT\n", r"^table.*?^}\n", r"^  chain.*?^  }\n")]

BEFOREHAND = ("asked", "before")  # of a flow


def shrink(document, still_wrong, seconds):
    """The smallest that was found in that time. still_wrong says whether a document is a counterexample too."""
    deadline = time.monotonic() + seconds
    again = True
    while again:
        again = False
        for part in list(_parts(document)):
            if time.monotonic() > deadline:
                return document
            smaller = _without(document, part)
            if smaller != document and still_wrong(smaller):
                document, again = smaller, True
    return document


def _parts(document):
    """Paths of what can be taken away: the large before the small."""
    yield from (("flows", flow) for flow in document["flows"] if len(document["flows"]) > 1)
    yield from (("beforehand", key) for key in BEFOREHAND)
    yield from (("machines", name) for name in document["machines"] if name != HOST)
    yield from (("cables", cable) for cable in document["cables"] if "/seen" not in cable)
    yield from (("tunnels", tunnel) for tunnel in document.get("tunnels", []))
    for name, machine in document["machines"].items():
        if machine.get("outside"):  # what makes it an ordinary one
            continue
        yield from (("machines", name, key) for key in machine if key != "addresses")
        yield from (("machines", name, key, entry) for key in ("bridges", "addresses", "sysctls")
                    for entry in machine.get(key, {}))
        yield from (("machines", name, key, block) for key in TEXTS for pattern in BLOCKS
                    for block in pattern.findall(machine.get(key, "")))
        yield from (("machines", name, key, line) for key in TEXTS for line in machine.get(key, "").splitlines()
                    if not _holds_others(line))
        yield from (("machines", name, "servers", server) for server in machine.get("servers", []))


def _holds_others(line):
    return line.strip().startswith(("*", "COMMIT", "table", "type", "}", ":")) or line.strip() == ""


def _without(document, path):
    document = copy.deepcopy(document)
    if path[0] == "beforehand":
        for flow in document["flows"]:
            flow.pop(path[1], None)
    elif path[0] != "machines":
        document[path[0]] = [each for each in document[path[0]] if each != path[1]]
    elif len(path) == 2:
        _remove_machine(document, path[1])
    else:
        _remove(document["machines"].get(path[1], {}), *path[2:])
    _tidy(document)
    return document


def _remove_machine(document, name):
    document["machines"].pop(name, None)
    flows = [flow for flow in document["flows"] if flow["from"] != name]
    document["flows"] = flows or document["flows"]


def _remove(machine, key, entry=None):
    if entry is None:
        machine.pop(key, None)
    elif isinstance(part := machine.get(key), dict):
        part.pop(entry, None)
    elif isinstance(part, list):
        machine[key] = [each for each in part if each != entry]
    elif part and entry.endswith("\n"):
        machine[key] = part.replace(entry, "")
    elif part:
        machine[key] = "".join(f"{line}\n" for line in part.splitlines() if line != entry)


def _tidy(document):
    """Without cables to nowhere, ports without a cable, and settings of what is not there."""
    machines = document["machines"]

    def there(end):
        return end.partition("/")[0] in machines

    document["cables"] = [cable for cable in document["cables"] if all(map(there, cable.split(" -- ")))]
    document["macvlans"] = [macvlan for macvlan in document.get("macvlans", [])
                            if there(macvlan) and there(macvlan.partition(" on ")[2])]
    document["tunnels"] = [tunnel for tunnel in document.get("tunnels", [])
                           if all(map(there, tunnel.split(" -- ")))]
    links = [link.partition(" mode ")[0] for link in [*document["cables"], *document["tunnels"]]]
    ends = {end for link in links for end in link.split(" -- ")}
    document["shown"] = {end: kind for end, kind in document.get("shown", {}).items() if end in ends}
    for flow in document["flows"]:
        for key in set(BEFOREHAND) & set(flow):
            flow[key] = {name: what for name, what in flow[key].items() if name in machines}
    for name, machine in machines.items():
        bridges = machine.get("bridges", {})
        machine["bridges"] = {bridge: [port for port in ports if f"{name}/{port}" in ends]
                              for bridge, ports in bridges.items()}
        devices = {end.partition("/")[2] for end in ends if end.partition("/")[0] == name} | set(bridges)
        devices |= {macvlan.partition(" on ")[0].partition("/")[2] for macvlan in document["macvlans"]}
        machine["addresses"] = {device: address for device, address in machine.get("addresses", {}).items()
                                if device in devices}
        machine["sysctls"] = {key: value for key, value in machine.get("sysctls", {}).items()
                              if not key.startswith(("net.ipv4.conf.", "net.ipv6.conf."))
                              or key.split(".")[3] in devices | {"all", "default"}}
        machines[name] = {key: value for key, value in machine.items() if value}
