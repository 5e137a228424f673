"""Which rules a flow hit: the kernel's counters of iptables and of nft rules that have one."""

import dataclasses
import json
import re

SAVE = {"iptables": "iptables-nft-save", "iptables-legacy": "iptables-legacy-save", "ip6tables": "ip6tables-nft-save"}
ENDS = re.compile(r"-j (ACCEPT|DROP|REJECT)\b")
VERDICTS = {"filter": {"accept", "drop", "reject"}, None: {"drop", "reject"}}  # by the type of the chain, None: no base chain
RULE = re.compile(r"\[(\d+):\d+\] -A (\S+) (.*)")


@dataclasses.dataclass(frozen=True, order=True)
class Rule:
    """`number` counts from 1 within the chain, as iptables does it. Policies are left out: not all of them count."""

    machine: str
    program: str
    table: str
    chain: str
    number: int
    # It decides alone what it matches. A rule of nat does not.
    ends: bool = dataclasses.field(default=False, compare=False)

    def __str__(self):
        return f"{self.machine}: {self.program} {self.table} {self.chain} rule {self.number}"


def read(namespaces, scenario):
    """Packets by rule."""
    counts = {}
    for name, machine in scenario.machines.items():
        for program in machine.rules:
            lines = (_of_nft(namespaces[name], machine.rules[program]) if program == "nft"
                     else _of_iptables(namespaces[name], program))
            counts |= {Rule(name, program, *place, ends): packets for place, ends, packets in lines}
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
            ends = bool(ENDS.search(rule[3])) and table != "nat"
            yield (table, rule[2], numbers[rule[2]]), ends, int(rule[1])


def _of_nft(namespace, text):
    """Only the tables that the text names: those of iptables are nft tables too."""
    tables = set(re.findall(r"table (\w+ \S+)", text))
    listed = json.loads(namespace.run("nft", "--json", "list", "ruleset"))["nftables"]
    chains = [item["chain"] for item in listed if "chain" in item]
    types = {(f"{chain['family']} {chain['table']}", chain["name"]): chain.get("type") for chain in chains}
    numbers = {}
    for rule in (item["rule"] for item in listed if "rule" in item):
        place = f"{rule['family']} {rule['table']}", rule["chain"]
        if place[0] in tables:
            numbers[place] = numbers.get(place, 0) + 1
            names = [next(iter(expression)) for expression in rule["expr"]]
            if "counter" in names:
                at = names.index("counter")
                ends = bool(VERDICTS.get(types[place], set()) & set(names[at + 1:at + 2]))
                yield (*place, numbers[place]), ends, rule["expr"][at]["counter"]["packets"]
