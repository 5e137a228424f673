"""Which rules a flow hit: the kernel's counters of iptables and of nft rules that have one."""

import dataclasses
import json
import re

SAVE = {"iptables": "iptables-nft-save", "iptables-legacy": "iptables-legacy-save", "ip6tables": "ip6tables-nft-save"}
RULE = re.compile(r"\[(\d+):\d+\] -A (\S+) ")


@dataclasses.dataclass(frozen=True, order=True)
class Rule:
    """`number` counts from 1 within the chain, as iptables does it. Policies are left out: not all of them count."""

    machine: str
    program: str
    table: str
    chain: str
    number: int

    def __str__(self):
        return f"{self.machine}: {self.program} {self.table} {self.chain} rule {self.number}"


def read(namespaces, scenario):
    """Packets by rule."""
    counts = {}
    for name, machine in scenario.machines.items():
        for program in machine.rules:
            lines = (_of_nft(namespaces[name], machine.rules[program]) if program == "nft"
                     else _of_iptables(namespaces[name], program))
            counts |= {Rule(name, program, *place): packets for place, packets in lines}
    return counts


def hit(before, after):
    return {rule for rule, packets in after.items() if packets > before.get(rule, 0)}


def _of_iptables(namespace, program):
    table, numbers = None, {}
    for line in namespace.run(SAVE[program], "-c").splitlines():
        if line.startswith("*"):
            table, numbers = line[1:], {}
        elif rule := RULE.match(line):
            numbers[rule[2]] = numbers.get(rule[2], 0) + 1
            yield (table, rule[2], numbers[rule[2]]), int(rule[1])


def _of_nft(namespace, text):
    """Only the tables that the text names: those of iptables are nft tables too."""
    tables = set(re.findall(r"table (\w+ \S+)", text))
    listed = json.loads(namespace.run("nft", "--json", "list", "ruleset"))["nftables"]
    numbers = {}
    for rule in (item["rule"] for item in listed if "rule" in item):
        place = f"{rule['family']} {rule['table']}", rule["chain"]
        if place[0] in tables:
            numbers[place] = numbers.get(place, 0) + 1
            for counter in (expression["counter"] for expression in rule["expr"] if "counter" in expression):
                yield (*place, numbers[place]), counter["packets"]
