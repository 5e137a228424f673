"""Which rules a flow hit: the kernel's counters of iptables and of nft rules that have one."""

import dataclasses
import json
import re

SAVE = {"iptables": "iptables-nft-save", "iptables-legacy": "iptables-legacy-save", "ip6tables": "ip6tables-nft-save"}
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

    def __str__(self):
        what = f"rule {self.number}" if self.number else "policy"
        return f"{self.machine}: {self.program} {self.table} {self.chain} {what}"


def read(namespaces, scenario):
    """Packets by rule."""
    counts = {}
    for name, machine in scenario.machines.items():
        for program in machine.rules:
            lines = _of_nft(namespaces[name]) if program == "nft" else _of_iptables(namespaces[name], program)
            counts |= {Rule(name, program, *place): packets for place, packets in lines}
    return counts


def hit(before, after):
    return {rule: packets - before.get(rule, 0) for rule, packets in after.items() if packets > before.get(rule, 0)}


def _of_iptables(namespace, program):
    table, numbers = None, {}
    for line in namespace.run(SAVE[program], "-c").splitlines():
        if line.startswith("*"):
            table, numbers = line[1:], {}
        elif policy := POLICY.match(line):
            yield (table, policy[1], 0), int(policy[2])
        elif rule := RULE.match(line):
            numbers[rule[2]] = numbers.get(rule[2], 0) + 1
            yield (table, rule[2], numbers[rule[2]]), int(rule[1])


def _of_nft(namespace):
    numbers = {}
    for item in json.loads(namespace.run("nft", "--json", "list", "ruleset"))["nftables"]:
        if rule := item.get("rule"):
            place = f"{rule['family']} {rule['table']}", rule["chain"]
            numbers[place] = numbers.get(place, 0) + 1
            for expression in rule["expr"]:
                if isinstance(expression, dict) and "counter" in expression:
                    yield (*place, numbers[place]), expression["counter"]["packets"]
