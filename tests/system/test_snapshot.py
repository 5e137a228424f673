"""The snapshot against what other programs say of the same host, and what it leaves behind: nothing."""

import contextlib
import ipaddress
import json
import pathlib
import re
import shlex
import subprocess

import pytest

import probe
from host_lab import ONLAN
from lan import HOST, PC
from namespace import Namespace
from state import difference, whole_state

PUBLISHED = 5000


@pytest.fixture(scope="module")
def host(lab):
    """A host with a published container, a connection to it, and rules of both backends and of nftables."""
    lab.run_ordinary_container("web", PUBLISHED)
    lab.host.run("nft", "add table bridge lab { chain c { type filter hook forward priority 0; }; }")
    lab.host.run("ipset", "create", "guests", "hash:ip")
    lab.host.run("ipset", "add", "guests", PC)
    lab.host.run("iptables-legacy", "-A", "INPUT", "-m", "set", "--match-set", "guests", "src", "-m", "comment", "--comment",
                 "of a friend", "-j", "ACCEPT")
    lab.host.ip(f"route add 10.77.0.0/16 nexthop via {PC} dev br-up nexthop via 192.168.137.11 dev br-up")
    assert probe.tcp(lab.pc, HOST, PUBLISHED) == "delivered by web"
    assert probe.ping(lab.pc, HOST) == f"delivered by {HOST}"  # by the rule of iptables-legacy
    yield lab
    lab.engine.docker("rm", "--force", "web")
    lab.engine.docker("network", "rm", "web-net")
    lab.host.run("iptables-legacy", "-F", "INPUT")
    lab.host.run("ipset", "destroy")


@pytest.fixture(scope="module")
def taken(host):
    return json.loads(host.onlan("snapshot").stdout)


@pytest.fixture(scope="module")
def here(taken):
    return taken["namespaces"][0]


def namespace(taken, name):
    return next(one for one in taken["namespaces"] if one["name"] == name)


def modules():
    with contextlib.suppress(FileNotFoundError):
        return sorted(line.split()[0] for line in pathlib.Path("/proc/modules").read_text().splitlines())
    return []


def test_nothing_on_the_host_changes(host):
    def state():
        hooks = host.host.attempt("cat", "/proc/net/ip_tables_names", "/proc/net/ip6_tables_names").stdout
        nsids = host.host.run("ip", "netns", "list-id")
        return {**whole_state(host), "modules": modules(), "legacy tables": hooks.split(), "nsids": nsids.split("\n")}

    before = state()
    host.onlan("snapshot")
    assert difference(before, state()) == ""


def test_a_namespace_without_anything_is_left_without_anything(host):
    """No table, no hook and no connection tracking comes from looking."""
    host.onlan("snapshot")
    assert host.pc.json("nft", "--json", "list", "ruleset")["nftables"][1:] == []
    for names in ("ip_tables_names", "ip6_tables_names"):
        assert host.pc.attempt("cat", f"/proc/net/{names}").stdout == ""
    assert host.pc.run("conntrack", "-L") == ""


def test_every_namespace_within_reach_is_there_under_its_name(host, taken):
    names = {one["name"] for one in taken["namespaces"]}
    assert taken["schema"] == "onlan/snapshot/1" and taken["namespaces"][0]["name"] == "host"
    assert names == {"host", "container:web", *(f"netns:{one.name}" for one in (host.switch, host.router, host.pc))}


def test_a_file_that_is_no_namespace_is_passed_over(host, taken):
    """`ip netns delete` leaves one for a moment."""
    bogus = pathlib.Path("/run/netns", f"{host.prefix}-bogus")
    bogus.touch()
    try:
        names = [one["name"] for one in json.loads(host.onlan("snapshot").stdout)["namespaces"]]
    finally:
        bogus.unlink()
    assert names == [one["name"] for one in taken["namespaces"]]


def test_a_namespace_that_hangs_on_a_macvlan_alone_is_there(host):
    """The macvlan tells of the device below it, and that one does not tell of the macvlan."""
    with Namespace.new(f"{host.prefix}-guest") as guest:
        host.host.ip(f"link add mv0 link br-up netns {guest.name} type macvlan mode bridge")
        found = namespace(json.loads(host.onlan("snapshot").stdout), f"netns:{guest.name}")
    macvlan = next(link for link in found["links"] if link["name"] == "mv0")
    assert str(macvlan["peer_netnsid"]) in found["peers"]


def test_a_link_tells_in_which_namespace_its_peer_is(host, taken, here):
    switch = namespace(taken, f"netns:{host.switch.name}")
    eno1 = next(link for link in here["links"] if link["name"] == "eno1")
    port = next(link for link in switch["links"] if link["name"] == "p-host")
    assert here["peers"][str(eno1["peer_netnsid"])] == switch["inode"]
    assert switch["peers"][str(port["peer_netnsid"])] == here["inode"]
    assert (eno1["peer"], port["peer"]) == (port["index"], eno1["index"])


def test_links_are_those_of_ip(host, here):
    links = host.host.json("ip", "-details", "-json", "link")
    assert {(one["ifindex"], one["ifname"], one["mtu"], one.get("linkinfo", {}).get("info_kind", "")) for one in links} == {
        (one["index"], one["name"], one["mtu"], one.get("kind", "")) for one in here["links"]}
    for one in links:
        data = one.get("linkinfo", {}).get("info_slave_data")
        ours = next(link for link in here["links"] if link["name"] == one["ifname"])
        if data:
            for flag in ("hairpin", "isolated", "learning", "flood", "mcast_flood", "bcast_flood", "locked", "proxy_arp"):
                usual = flag in ("learning", "flood", "mcast_flood", "bcast_flood")
                assert ours["port"].get(flag, usual) == data[flag], flag


def test_addresses_routes_rules_and_neighbours_are_those_of_ip(host, here):
    shown = {f"{one['local']}/{one['prefixlen']}" for link in host.host.json("ip", "-json", "address")
             for one in link["addr_info"]}
    assert shown == {one["local"] for one in here["addresses"]}

    def block(text):
        return str(ipaddress.ip_network("0.0.0.0/0" if text == "default" else text))

    routes = host.host.json("ip", "-4", "-json", "route", "show", "table", "all")
    ours = [one for one in here["routes"] if ":" not in one.get("destination", "")]
    assert sorted(block(one["dst"]) for one in routes) == sorted(one.get("destination", "0.0.0.0/0") for one in ours)
    multipath = next(one for one in ours if one.get("destination") == "10.77.0.0/16")
    assert [hop["gateway"] for hop in multipath["next_hops"]] == [PC, "192.168.137.11"]
    rules = host.host.json("ip", "-4", "-json", "rule")
    assert [one["priority"] for one in rules] == [one.get("priority", 0) for one in here["rules"]
                                                  if one.get("family") != "ipv6"]
    neighbours = {(one["dst"], one.get("lladdr")) for one in host.host.json("ip", "-json", "neigh")}
    assert neighbours <= {(one["address"], one.get("mac")) for one in here["neighbours"]}


def test_the_fdb_is_that_of_bridge(host, here):
    index = {one["name"]: one["index"] for one in here["links"]}
    shown = {(one["mac"], index[one["ifname"]]) for one in host.host.json("bridge", "-json", "fdb")}
    assert shown == {(one["mac"], one["port"]) for one in here["fdb"]}


def test_nftables_is_what_nft_prints_but_for_the_rules_that_iptables_save_tells(host, here):
    def without_counters(thing):
        if isinstance(thing, dict):
            return {key: without_counters(value) for key, value in thing.items() if key not in ("packets", "bytes")}
        return [without_counters(one) for one in thing] if isinstance(thing, list) else thing

    def as_listed(element):
        rule = element.get("rule", {})
        if rule.get("family") not in ("ip", "ip6") or rule["table"] not in saved.get(rule["family"], {}):
            return without_counters(element)
        return {"rule": {key: rule[key] for key in ("family", "table", "chain", "handle")}}

    saved = {"ip6" if of.get("family") == "ipv6" else "ip": of["tables"] for of in here["xtables"]
             if of.get("backend") != "legacy"}
    shown = host.host.json("nft", "--json", "list", "ruleset")["nftables"]
    assert without_counters(here["nftables"]["nftables"]) == [
        as_listed(element) for element in shown if "metainfo" not in element]


def _saved(text):
    """Of iptables-save: the policy (or "-") and the words of every rule, by table and chain."""
    tables = {}
    for line in text.splitlines():
        if line.startswith("*"):
            chains = tables[line[1:]] = {}
        elif line.startswith(":"):
            name, policy, _ = line[1:].split()
            chains[name] = (policy, [])
        elif line.startswith("-A "):
            _, chain, *words = shlex.split(line)
            chains[chain][1].append(words)
    return tables


def test_iptables_of_both_backends_are_what_the_programs_print(host, here):
    for ruleset in here["xtables"]:
        program = f"{'iptables' if ruleset.get('family', 'ipv4') == 'ipv4' else 'ip6tables'}-{ruleset.get('backend', 'nft')}-save"
        ours = {table: {name: (chain["policy"], [rule["words"] for rule in chain.get("rules", [])])
                        for name, chain in chains.items()} for table, chains in ruleset["tables"].items()}
        assert ours == _saved(host.host.run(program))
    legacy = next(one for one in here["xtables"] if one.get("backend") == "legacy")
    rule = legacy["tables"]["filter"]["INPUT"]["rules"][0]
    assert rule["words"][-6:] == ["-m", "comment", "--comment", "of a friend", "-j", "ACCEPT"]
    assert rule["packets"] > 0 and rule["bytes"] > 0
    assert here["ipsets"][0]["elements"] == [[PC]]


def test_tracked_connections_are_those_of_conntrack(host, here):
    def known(line):
        return tuple(re.findall(r"(?:src|dst|sport|dport|type|id)=(\S+)", line))

    shown = {known(line) for line in host.host.run("conntrack", "-L").splitlines()}
    ours = {known(line) for line in here["conntrack"]}
    connection = next(one for one in ours if one[0] == PC and one[3] == str(PUBLISHED))
    assert connection in shown


def test_listening_sockets_are_those_of_ss(host, here):
    shown = host.host.run("ss", "-Hlntu")
    ports = {(line.split()[0], int(line.split()[4].rsplit(":", 1)[1])) for line in shown.splitlines()}
    assert ports == {("tcp" if one["protocol"] == 6 else "udp", one["port"]) for one in here["sockets"]}
    published = [one for one in here["sockets"] if one["port"] == PUBLISHED]
    assert {one["program"] for one in published} == {"docker-proxy"}


def test_docker_tells_published_ports_and_proxies(host, taken):
    container = next(one for one in taken["docker"]["containers"] if one["name"] == "web")
    published = {(one["protocol"], one["host_port"], one["container_port"]) for one in container["ports"]}
    assert published == {(6, PUBLISHED, PUBLISHED), (17, PUBLISHED, PUBLISHED)}
    address = host.engine.address_of("web", "web-net")
    assert {(one["host_port"], one["container_address"]) for one in taken["docker"]["proxies"]} == {(PUBLISHED, address)}


def test_switches_are_those_of_sysctl(host, here):
    lines = host.host.run("sysctl", "-a").splitlines()
    shown = dict(line.split(" = ", 1) for line in lines if " = " in line)
    changing = ("nf_conntrack_count",)
    for name, value in here["sysctls"].items():
        if not name.endswith(changing):
            assert shown.get(name, "").strip() == value.strip(), name


def _addresses(text):
    found = set()
    for word in re.findall(r"[0-9a-fA-F:.]+", text):
        with contextlib.suppress(ValueError):
            found.add(ipaddress.ip_address(word))
    return found


def _identifies(address):
    return not (address.is_loopback or address.is_multicast or address.is_unspecified or int(address) >> 29 == 7
                or (address.version == 4 and int(address) >> 24 == 0) or int(address).bit_count() == 0)


@pytest.fixture(scope="module")
def redacted(host, taken):
    path = host.write(json.dumps(taken), "snapshot.json")
    done = subprocess.run([ONLAN, "snapshot", "--snapshot", path, "--redact"], check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout


def test_redaction_leaves_no_name(host, redacted):
    for name in ("br-up", "web-net", "eno1", host.prefix, "of a friend", host.engine.inspect("web")["Id"]):
        assert name not in redacted


def test_redaction_leaves_no_address_of_a_host(taken, redacted):
    of_hosts = {ipaddress.ip_interface(one["local"]).ip for netns in taken["namespaces"] for one in netns["addresses"]}
    assert not {one for one in of_hosts if _identifies(one)} & _addresses(redacted)


def test_redaction_keeps_every_address_in_its_prefix(taken, redacted):
    after = json.loads(redacted)
    for before, netns in zip(taken["namespaces"], after["namespaces"]):
        pairs = list(zip(before["addresses"], netns["addresses"]))
        for (one, redacted_one) in pairs:
            for (other, redacted_other) in pairs:
                first, second = ipaddress.ip_interface(one["local"]), ipaddress.ip_interface(other["local"])
                if first.version == second.version:
                    assert (first.ip in second.network) == (
                        ipaddress.ip_interface(redacted_one["local"]).ip
                        in ipaddress.ip_interface(redacted_other["local"]).network)


def test_a_damaged_document_is_an_error_with_its_place(host, taken):
    taken = json.loads(json.dumps(taken))
    taken["namespaces"][0]["links"][0]["mtu"] = "large"
    path = host.write(json.dumps(taken), "damaged.json")
    done = subprocess.run([ONLAN, "snapshot", "--snapshot", path], check=False, text=True, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert "damaged.json: at /namespaces/0/links/0/mtu: expected a number" in done.stderr
