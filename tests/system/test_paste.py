"""What programs print for people beside what the kernel tells: onlan understands the same of both."""

import contextlib
import json
import os
import subprocess

import pytest

from host_lab import ONLAN
from namespace import Namespace

RULES = """
iptables -P FORWARD DROP
iptables -N DOCKER
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A INPUT -p tcp -m multiport --dports 22,80,443 -j ACCEPT
iptables -A INPUT -s 10.0.0.0/8 ! -i br0 -j LOG --log-prefix odd
iptables -A INPUT -m mark --mark 0x4/0xff -m comment --comment ours -j ACCEPT
iptables -A INPUT -p tcp --tcp-flags FIN,SYN,RST,ACK SYN -j REJECT --reject-with tcp-reset
iptables -A FORWARD -o docker0 -j DOCKER
iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
iptables -A FORWARD -m physdev --physdev-is-bridged -j ACCEPT
iptables -A DOCKER -d 172.17.0.0/24 ! -i docker0 -o docker0 -p tcp --dport 80 -j ACCEPT
iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
"""

NFT = """
table inet guard {
    set friends { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.50.1-192.168.50.9 } }
    map verdicts { type inet_service : verdict; elements = { 22 : accept, 25 : drop } }
    chain in {
        type filter hook input priority filter + 10; policy accept;
        ct state vmap { established : accept, related : accept, invalid : drop }
        iifname { "br0", "veth*" } tcp dport { 22, 80-90 } counter accept
        ip saddr @friends udp dport 53 accept
        tcp dport vmap @verdicts
        ip protocol icmp icmp type echo-request limit rate 5/second burst 10 packets accept
        meta mark & 0x000000ff == 0x00000004 log prefix "marked " counter drop
        tcp flags & (fin | syn | rst | ack) == syn ct mark set 0x7
        ip daddr != 192.168.50.0/24 reject with icmp type host-prohibited
        fib daddr type local meta pkttype unicast accept comment "ours"
    }
}
table ip mine {
    chain pre { type nat hook prerouting priority dstnat; policy accept; iif "br0" tcp dport 8443 dnat to 172.17.0.2:443; }
    chain post { type nat hook postrouting priority srcnat; policy accept; oifname != "docker0" masquerade random; }
}
"""


@pytest.fixture(name="host", scope="module")
def host_with_a_container():
    names = [f"onlan-test-{os.getpid()}-{who}" for who in ("host", "web")]
    with contextlib.ExitStack() as stack:
        host, web = (stack.enter_context(Namespace.new(name)) for name in names)
        host.ip(f"link add veth1 type veth peer name eth0 netns {web.name}")
        for bridge in ("br0", "docker0"):
            host.ip(f"link add {bridge} type bridge")
        host.ip("link set veth1 master docker0")
        host.run("bridge", "link", "set", "dev", "veth1", "hairpin", "on")
        for device in ("br0", "docker0", "veth1"):
            host.ip(f"link set {device} up")
        web.ip("link set eth0 up")
        web.ip("addr add 172.17.0.2/16 dev eth0")
        web.ip("route add default via 172.17.0.1")
        for words in ("addr add 192.168.50.10/24 brd + dev br0", "addr add 192.168.50.11/24 dev br0",
                      "addr add 172.17.0.1/16 dev docker0", "route add default via 192.168.50.1 dev br0 metric 100",
                      "route add unreachable 10.98.0.0/16", "route add 10.96.0.0/16 via 192.168.50.9 table 100 mtu 1400",
                      "route add 10.97.0.0/16 nexthop via 192.168.50.2 weight 2 nexthop via 192.168.50.3",
                      "rule add from 172.17.0.0/16 fwmark 0x1/0xff lookup 100 priority 1000",
                      "rule add not to 10.1.0.0/16 ipproto tcp dport 80-90 lookup 100 priority 1001",
                      "neigh add 192.168.50.77 lladdr 02:00:00:00:00:77 dev br0 nud permanent"):
            host.ip(words)
        host.write_sysctls({"net.ipv4.ip_forward": "1"})
        for rule in RULES.strip().splitlines():
            host.run(*rule.split())
        host.run("nft", "-f", "-", input=NFT)
        yield host, web


def paste(host, *firewall):
    """What somebody would paste of both."""
    inside, outside = host[1], host[0]
    text = ""
    for words in ("ip address", "ip -d link", "ip route show table all", "ip rule", "ip neigh", "bridge fdb", *firewall,
                  "nft list ruleset", "ss -tulpn", "sysctl -a"):
        text += f"root@nas:~# {words}\n" + outside.run(*words.split())
    for words in ("ip address", "ip route show table all"):
        text += f"root@nas:~# docker exec web {words}\n" + inside.run(*words.split())
    return text


def live(host):
    document = json.loads(host[0].run(ONLAN, "snapshot"))
    return document["namespaces"][0]


def understood(text):
    done = subprocess.run([ONLAN, "snapshot", "--paste", "-"], input=text, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return json.loads(done.stdout)["namespaces"][0]


def without(rows, *keys):
    return [{key: value for key, value in row.items() if key not in keys} for row in rows]


def test_devices_addresses_and_routes_are_those_of_the_kernel(host):
    told, known = understood(paste(host)), live(host)
    links = without(known["links"], "peer_netnsid")
    for link in links:
        link.get("bridge", {}).pop("fdb_max_learned", None)
    assert without(told["links"], "peer_netnsid") == links
    ipv4 = [row for row in known["addresses"] if ":" not in row["local"]]
    assert [row for row in told["addresses"] if ":" not in row["local"]] == ipv4
    for row in [row for row in known["routes"] if ":" not in row.get("destination", "")]:
        assert row in told["routes"]
    assert without(told["rules"], "protocol") == without(known["rules"], "protocol")
    assert told["sysctls"]["net.ipv4.ip_forward"] == "1"


def rules_of(namespace):
    """By table and chain; an address without its length is a whole one."""
    return {(table, chain): [[word.removesuffix("/32") for word in rule["words"]] for rule in found.get("rules", [])]
            for ruleset in namespace["xtables"] if ruleset.get("family", "ipv4") == "ipv4"
            for table, chains in ruleset["tables"].items() for chain, found in chains.items()}


@pytest.mark.parametrize("commands", [("iptables-save",), ("iptables -S", "iptables -t nat -S"),
                                      ("iptables -L -n -v", "iptables -t nat -L -n -v --line-numbers")])
def test_rules_of_iptables_are_the_same_however_they_are_listed(host, commands):
    assert rules_of(understood(paste(host, *commands))) == rules_of(live(host))


def own_tables(namespace):
    """Rules, sets and maps of nftables that are not iptables'. Listings may differ in their counters."""
    found = []
    for element in namespace["nftables"]["nftables"]:
        kind, body = next(iter(element.items()))
        if kind in ("rule", "set", "map") and body["table"] in ("guard", "mine"):
            body = {key: value for key, value in body.items() if key not in ("handle", "comment")}
            body["expr"] = [{"counter": None} if "counter" in one else one for one in body.get("expr", [])]
            found.append({kind: body})
    return sorted(found, key=json.dumps)


def test_rules_of_nftables_read_as_text_are_those_read_as_json(host):
    assert own_tables(understood(paste(host))) == own_tables(live(host))


@pytest.mark.parametrize("target", ["192.168.50.10:22", "192.168.50.10/icmp", "10.98.0.1:80", "10.97.0.5:80"])
def test_the_same_becomes_of_a_flow(host, target, tmp_path):
    (tmp_path / "live.json").write_text(host[0].run(ONLAN, "snapshot"))
    (tmp_path / "post.txt").write_text(paste(host, "iptables-save"))

    def outcome(*source):
        done = subprocess.run([ONLAN, "--json", "explain", "--from", "host", "--to", target, *source],
                              capture_output=True, text=True, check=False)
        return json.loads(done.stdout)["outcome"]
    assert outcome("--paste", tmp_path / "post.txt") == outcome("--snapshot", tmp_path / "live.json")
