"""Which rules a flow hit: the kernel's counters of iptables and of nft rules that have one."""

import dataclasses
import json
import re

SAVE = {"iptables": "iptables-nft-save", "iptables-legacy": "iptables-legacy-save", "ip6tables": "ip6tables-nft-save"}
ENDS = re.compile(r"-j (DROP|REJECT)\b")
RULE = re.compile(r"\[(\d+):\d+\] -A (\S+) (.*)")
POLICY = re.compile(r":(\S+) (?:ACCEPT|DROP) \[(\d+):\d+\]")


@dataclasses.dataclass(frozen=True, order=True)
class Rule:
    """`number` counts from 1 within the chain, as iptables does it; 0 is the chain's policy."""

    machine: str
    program: str
    table: str
    chain: str
    number: int
    ends: bool = dataclasses.field(default=False, compare=False)  # it drops or rejects what it matches

    def __str__(self):
        what = f"rule {self.number}" if self.number else "policy"
        return f"{self.machine}: {self.program} {self.table} {self.chain} {what}"


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
        elif policy := POLICY.match(line):
            yield (table, policy[1], 0), False, int(policy[2])
        elif rule := RULE.match(line):
            numbers[rule[2]] = numbers.get(rule[2], 0) + 1
            yield (table, rule[2], numbers[rule[2]]), bool(ENDS.search(rule[3])), int(rule[1])


def _of_nft(namespace, text):
    """Only the tables that the text names: those of iptables are nft tables too."""
    tables = set(re.findall(r"table (\w+ \S+)", text))
    numbers = {}
    for item in json.loads(namespace.run("nft", "--json", "list", "ruleset"))["nftables"]:
        rule = item.get("rule")
        if rule and f"{rule['family']} {rule['table']}" in tables:
            place = f"{rule['family']} {rule['table']}", rule["chain"]
            numbers[place] = numbers.get(place, 0) + 1
            for expression in rule["expr"]:
                if isinstance(expression, dict) and "counter" in expression:
                    yield (*place, numbers[place]), False, expression["counter"]["packets"]
