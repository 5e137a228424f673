"""The host's whole network state, read with tools that are independent of onlan, for comparing before and after.

What changes by itself is left out: counters, timers, lifetimes, interface and rule numbers.
"""

import difflib
import json
import pathlib
import re

import settled

CHANGING = {"ifindex", "link_index", "handle", "packets", "bytes", "metainfo", "expires", "index",
            "valid_life_time", "preferred_life_time", "hello_timer", "tcn_timer", "topology_change_timer", "gc_timer",
            "hold_timer", "message_age_timer", "forward_delay_timer", "topology_change", "topology_change_detected",
            "operstate"}
# Of a Docker network that onlan makes anew each time.
CHANGING_OF_NETWORK = {"Id", "Created"}
SYSCTL_FOLDERS = ("net/ipv4/conf", "net/ipv6/conf", "net/bridge")
SWITCHES = ("net/ipv4/ip_forward",)


def whole_state(lab):
    """A dictionary of sorted lists of lines."""
    host = lab.host
    settled.wait([host])
    state = {
        "links": _lines(_link(link) for link in host.json("ip", "-json", "-details", "link")),
        "addresses": _lines(_addresses(host)),
        "nftables": _lines(_clean(host.json("nft", "--json", "list", "ruleset")["nftables"]), keep_order=True),
        "sysctls": host.call(_sysctls),
    }
    for family in ("-4", "-6"):
        state[f"routes {family}"] = _lines(_clean(host.json("ip", "-json", family, "route", "show", "table", "all")))
        state[f"rules {family}"] = _lines(_clean(host.json("ip", "-json", family, "rule")))
    for tool, legacy in (("iptables", "ip_tables_names"), ("ip6tables", "ip6_tables_names")):
        state[tool] = _saved_rules(host, f"{tool}-save")
        if host.call(_legacy_tables, legacy):
            state[f"{tool} (legacy)"] = _saved_rules(host, f"{tool}-legacy-save")
    if lab.engine and lab.engine.runs:
        state["docker networks"] = _docker_networks(lab)
    return state


def difference(before, after):
    """Readable; empty when both are the same."""
    lines = []
    for part in sorted(before.keys() | after.keys()):
        for line in difflib.unified_diff(before.get(part, []), after.get(part, []), n=0, lineterm=""):
            if not line.startswith(("---", "+++", "@@")):
                lines.append(f"{part}: {line}")
    return "\n".join(lines)


def _clean(thing):
    if isinstance(thing, dict):
        return {key: _clean(value) for key, value in thing.items() if key not in CHANGING}
    if isinstance(thing, list):
        return [_clean(item) for item in thing if not (isinstance(item, dict) and "metainfo" in item)]
    return thing


def _lines(things, keep_order=False):
    lines = [json.dumps(thing, sort_keys=True) for thing in things]
    return lines if keep_order else sorted(lines)


def _is_made_by_onlan(link):
    return link.get("ifalias", "").startswith("onlan:")


def _link(link):
    link = _clean(link)
    if _is_made_by_onlan(link):
        link.pop("address")  # by chance
        for key in ("bridge_id", "root_id"):
            link.get("linkinfo", {}).get("info_data", {}).pop(key, None)
    # The designated bridge of a port of a bridge whose address is by chance.
    data = link.get("linkinfo", {}).get("info_slave_data", {})
    for key in ("root_id", "bridge_id"):
        data.pop(key, None)
    return link


def _addresses(host):
    for link in host.json("ip", "-json", "address"):
        for address in link["addr_info"]:
            yield {"link": link["ifname"], **_clean(address)}


def _saved_rules(host, command):
    lines = host.run(command).splitlines()
    return [re.sub(r"\[\d+:\d+\]", "", line) for line in lines if not line.startswith("#")]


def _legacy_tables(names):
    path = pathlib.Path("/proc/net", names)
    return path.exists() and path.read_text().split()


def _sysctls():
    root = pathlib.Path("/proc/sys")
    files = [root / switch for switch in SWITCHES]
    for folder in SYSCTL_FOLDERS:
        files += (path for path in (root / folder).rglob("*") if path.is_file())
    lines = []
    for file in files:
        try:
            lines.append(f"{file.relative_to(root)} = {file.read_text().strip()}")
        except OSError:
            continue  # stable_secret cannot be read before it is set
    return sorted(lines)


def _docker_networks(lab):
    networks = lab.engine.get("/networks")
    for network in networks:
        if "onlan.lan" in (network["Labels"] or {}):
            for key in CHANGING_OF_NETWORK:
                del network[key]
            network["IPAM"]["Options"] = network["IPAM"]["Options"] or {}  # docker(1) says none in another way
    return _lines(networks)
