"""The conntrack entries of a namespace."""

import re

FIELD = re.compile(r"(src|dst|sport|dport|id|zone|zone-orig|zone-reply)=(\S+)")


def read(namespaces):
    """By machine: entries as (protocol, original tuple, reply tuple, flags)."""
    return {name: frozenset(_entries(namespace)) for name, namespace in namespaces.items()}


def _entries(namespace):
    for line in namespace.run("conntrack", "-L").splitlines():
        protocol = line.split()[0]
        tuples, zone = [], ""
        for key, value in FIELD.findall(line):
            if key == "src":
                tuples.append({})
            if key.startswith("zone"):
                zone += f" {key}={value}"
            else:
                tuples[-1][key] = value
        flags = " ".join(sorted(re.findall(r"\[(\w+)\]", line))) + zone
        yield protocol, *(_text(each) for each in tuples), flags


def _text(fields):
    if "id" in fields:
        return f"{fields['src']}:{fields['id']} > {fields['dst']}:{fields['id']}"
    return f"{fields['src']}:{fields.get('sport')} > {fields['dst']}:{fields.get('dport')}"
