"""The conntrack entries that a flow left behind."""

import re

from simulation import entry_text
from wire import CLIENT

FIELD = re.compile(r"(src|dst|sport|dport|id)=(\S+)")


def read(namespaces, client_port):
    """Those that know the client's port, as (machine, protocol and original tuple)."""
    return {(name, entry) for name, namespace in namespaces.items() for entry in _entries(namespace, str(client_port))}


def _entries(namespace, client_port):
    for line in namespace.run("conntrack", "-L").splitlines():
        if f"={client_port} " not in line:
            continue
        original = {}
        for key, value in FIELD.findall(line):
            original.setdefault(key, CLIENT if value == client_port else value)
        yield entry_text(line.split()[0], original["src"], original.get("sport", original.get("id")),
                         original["dst"], original.get("dport"))
