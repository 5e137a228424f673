"""IPv6 beside IPv4: 10.S.0.N is fd00:S::N too. What forwards is drawn for all devices and for each."""

import ipaddress
import re

import generate_rules
from scenario import HOST

ADDRESS = re.compile(r"\b(\d+)\.(\d+)\.(\d+)\.(\d+)(/\d+)?(:[\d-]+)?")
LENGTHS = {"/8": "/16", "/24": "/64", "/32": "/128"}
WORDS = {"-p icmp": "-p ipv6-icmp -m icmp6 --icmpv6-type 128", "icmp-port-unreachable": "icmp6-port-unreachable",
         "icmp-host-unreachable": "icmp6-addr-unreachable", "icmp-admin-prohibited": "icmp6-adm-prohibited"}


def add(world, document):
    document["ipv6"] = True
    world.host["sysctls"] |= _forwarding(world)
    if world.chance(0.5):
        world.host["ip6tables"] = _rules(world)
    for name, machine in world.machines.items():
        routes = [line for line in machine.get("ip", "").splitlines() if line.startswith("route") and "table" not in line]
        forwards = machine.get("sysctls", {}).get("net.ipv4.ip_forward")
        machine["ip"] = machine.get("ip", "") + "".join(f"{twin(line).replace('default', '::/0')}\n" for line in routes)
        machine["addresses"] = {device: [address, twin(address)] for device, address in machine["addresses"].items()}
        machine["servers"] = [f"[::]:{server}" for server in machine.get("servers", [])]
        if name != HOST and forwards:
            machine["sysctls"] = machine["sysctls"] | {"net.ipv6.conf.all.forwarding": 1}
    for flow in document["flows"]:
        for asked in flow.get("asked", {}).values():
            asked += [twin(address) for address in asked]
        if world.chance(0.7):
            flow["to"] = twin(flow["to"])


def twin(text):
    """With the IPv6 addresses in place of those of IPv4."""
    def of(found):
        one, two, three, four = found.groups()[:4]
        where = f"fd00:{two}:{three}::{four}" if one == "10" else f"fd01:{three}::{four}"
        address = str(ipaddress.ip_address(where.replace("::0", "::")))
        return f"[{address}]{found[6]}" if found[6] else address + LENGTHS.get(found[5], "")

    return ADDRESS.sub(of, text)


def _forwarding(world):
    """In this order: the one for all sets each."""
    values = {"net.ipv6.conf.all.forwarding": world.random.choice([0, 1, 1, 1])} if world.chance(0.85) else {}
    for device in world.devices:
        if world.chance(0.2):
            values[f"net.ipv6.conf.{device}.forwarding"] = world.random.choice([0, 1])
    return values


def _rules(world):
    """None that matches neighbour discovery, which comes when it likes to."""
    lines = []
    for line in generate_rules.raw(world).splitlines():
        if line.startswith("-A") and not re.search(r"-p (tcp|udp|icmp)", line):
            line = line.replace(" -j ", " -p tcp -j ", 1)
        lines.append(twin(line))
    text = "".join(f"{line}\n" for line in lines)
    for old, new in WORDS.items():
        text = text.replace(old, new)
    return text
