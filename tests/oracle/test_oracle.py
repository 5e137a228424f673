"""The parts of the oracle that need neither root nor a kernel's answer."""

import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

# pylint: disable=wrong-import-position
import generate
import generate_ipv6
import outside
import scenario
from compare import Difference, Truth, differences, mistakes
from counters import Rule
from oracle import FlowReport, Report
from report import Tally, known_divergences
from scenario import Flow
from shrink import shrink
from simulation import Prediction, prediction_of
from wire import CLIENT, Packet, matches

FILES = sorted([*HERE.glob("scenarios/*.yaml"), *HERE.glob("counterexamples/*.yaml")])
LAN = scenario.parse("lan", scenario.read(HERE / "hosts/lan.yaml") | {"flows": []})
SYN = Packet("host", "eth0", "tcp S", "10.0.0.1", CLIENT, "10.0.0.2", 80)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_a_scenario_that_cites_the_kernel(path):
    loaded = scenario.load(path)
    assert loaded.flows and scenario.HOST in loaded.machines and scenario.read(path)["title"]
    if path.parent.name == "scenarios":
        assert scenario.read(path)["functions"]
        assert all(flow.outcome for flow in loaded.flows)


def test_a_seed_always_gives_the_same_host():
    """Whatever the order is in which this run of Python has its sets."""
    def generated(hash_seed):
        program = "import generate; print([generate.document(seed) for seed in range(60)])"
        return subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(HERE)},
                              check=True, stdout=subprocess.PIPE).stdout

    assert generated("1") == generated("2")


def test_a_third_of_the_random_hosts_has_its_lan_outside():
    documents = [generate.document(seed) for seed in range(1, 61)]
    opaque = [each for each in documents if any(machine.get("outside") for machine in each["machines"].values())]
    assert len(opaque) * 3 >= len(documents)


def test_what_is_outside_is_not_in_the_snapshot():
    cable = {"name": "eno1", "kind": "veth", "peer": 2, "peer_netnsid": 0, "up": True}
    snapshot = {"namespaces": [{"name": "host", "links": [cable]}, {"name": "netns:x-lan", "links": []}]}
    seen = outside.hidden(snapshot, LAN, "netns:x-")
    assert seen == {"namespaces": [{"name": "host", "links": [{"name": "eno1", "up": True}]}]}


def test_a_packet_crosses_the_edge_where_the_cable_does():
    """A switch outside is passed; who is asked for the same address is the machine that has it."""
    assert outside.arrivals(LAN, "host/eno1", set()) == ["switch/uplink"]
    assert outside.arrivals(LAN, "lan/eth0", {"host"}) == ["host/eno1"]
    assert not outside.arrivals(LAN, "lan/eth0", {"router"})
    assert outside.names(LAN)["lan:10.1.0.9"] == "lan"


def test_ipv6_is_the_twin_of_ipv4():
    assert generate_ipv6.twin("-d 10.1.0.2/32 -j DNAT --to-destination 10.2.0.3:80") == \
        "-d fd00:1::2/128 -j DNAT --to-destination [fd00:2::3]:80"
    assert generate_ipv6.twin("203.0.113.7/24") == "fd01:113::7/64"


def test_what_is_generated_can_be_kept_as_a_file(tmp_path):
    path = tmp_path / "random-7.yaml"
    path.write_text(scenario.text_of(generate.document(7)), encoding="utf-8")
    assert scenario.read(path) == generate.document(7)


def test_shrinking_keeps_what_is_needed_and_nothing_else():
    document = generate.document(3)
    wanted = document["flows"][1]
    small = shrink(document, lambda each: wanted in each["flows"] and wanted["from"] in each["machines"], seconds=10)
    assert small["flows"] == [wanted]
    assert set(small["machines"]) == {scenario.HOST, wanted["from"]}
    assert not small["machines"][scenario.HOST].get("sysctls")


def _predicted(**facts):
    return Prediction(**({"outcome": "delivered", "cause": "", "packets": [SYN], "rules": set(), "entries": set()}
                         | facts))


def _compare(truth, prediction):
    document = {"title": "", "cables": ["host/eth0 -- b/eth0"], "machines": {"host": {}, "b": {}}, "flows": []}
    return [each.kind for each in differences(truth, prediction, scenario.parse("", document))]


def test_a_random_port_has_to_be_in_the_predicted_range():
    def moved(port):
        return Packet("host", "eth0", "udp", "10.0.0.1", port, "10.0.0.2", 80)

    prediction = _predicted(packets=[moved((1024, 65535))])
    assert not _compare(Truth("delivered", [moved(4711)], set(), set(), set()), prediction)
    assert _compare(Truth("delivered", [moved(80)], set(), set(), set()), prediction) == ["wire", "wire"]


def test_so_has_that_of_a_conntrack_entry():
    def left_behind(port):
        return Truth("delivered", [SYN], set(), set(), {("host", f"udp 10.0.0.1:{port} > 10.0.0.2:client")})

    prediction = _predicted(entries={("host", "udp 10.0.0.1:1024-65535 > 10.0.0.2:client")})
    assert not _compare(left_behind(4711), prediction)
    assert set(_compare(left_behind(80), prediction)) == {"conntrack"}


def test_an_entry_that_stays_has_to_be_there():
    prediction = _predicted(entries={("host", "udp 10.0.0.1:client > 10.0.0.2:1024-65535")})
    assert not _compare(Truth("delivered", [SYN], set(), set(), {("host", "udp 10.0.0.1:client > 10.0.0.2:4711")}), prediction)
    assert _compare(Truth("delivered", [SYN], set(), set(), set()), prediction) == ["conntrack"]


def test_rules_and_entries_are_read_from_the_explanation():
    """Of the entries those of the end that know the client's port."""
    step = {"netns": "host", "device": "eth0", "stage": "veth", "action": "cross", "because": {"type": "link"},
            "packet": {"flags": "S", "src": "10.0.0.1", "dst": "10.0.0.2", "sport": 40000, "dport": 80}}
    tracked = [{"netns": "netns:x-m1", "protocol": "tcp", "original": {"src": "10.0.0.1", "dst": "10.0.0.2", **ports}}
               for ports in ({"sport": 40000, "dport": 80}, {"sport": {"first": 1024, "last": 65535}, "dport": 40000},
                             {"sport": 30000, "dport": 80})]
    rule = {"program": "iptables-nft", "table": "filter", "chain": "FORWARD", "number": 1}
    document = {"outcome": "delivered", "cause": {"summary": ""}, "conntrack": tracked,
                "packets": [{"summary": "SYN", "steps": [step], "matches": [{"netns": "netns:x-host", "rule": rule}]}]}
    machines = {"title": "", "cables": [], "machines": {"host": {}, "m1": {}}, "flows": []}
    prediction = prediction_of(document, "netns:x-", scenario.parse("", machines))
    assert prediction.rules == {IPTABLES}
    assert prediction.entries == {
        ("m1", "tcp 10.0.0.1:client > 10.0.0.2:80"), ("m1", "tcp 10.0.0.1:1024-65535 > 10.0.0.2:client")}


IPTABLES, NFT = (Rule("host", program, "filter", "FORWARD", 1) for program in ("iptables", "nft"))


def test_every_kind_of_difference_is_told():
    entry = ("host", "udp 10.0.0.1:client > 10.0.0.2:80")
    truth = Truth("timeout", [], {IPTABLES}, {IPTABLES}, {entry})
    assert _compare(truth, _predicted()) == ["outcome", "wire", "rule", "conntrack"]


@pytest.mark.parametrize("hit, counting, predicted, told", [
    pytest.param({IPTABLES}, {IPTABLES}, {IPTABLES}, [], id="both know it"),
    pytest.param(set(), {IPTABLES}, {IPTABLES}, ["predicted, not hit"], id="it did not count"),
    pytest.param({IPTABLES}, {IPTABLES}, set(), ["hit, not predicted"], id="it counted"),
    pytest.param(set(), set(), {IPTABLES}, ["predicted, not there"], id="there is none"),
    pytest.param(set(), set(), {NFT}, [], id="nft's need not count")])
def test_rules_are_compared_both_ways(hit, counting, predicted, told):
    truth = Truth("delivered", [SYN], hit, counting, set())
    document = {"title": "", "cables": ["host/eth0 -- b/eth0"], "machines": {"host": {}, "b": {}}, "flows": []}
    found = differences(truth, _predicted(rules=predicted), scenario.parse("", document))
    assert [each.text.partition(":")[0] for each in found] == told


def test_a_file_that_is_wrong_about_the_kernel_is_told():
    flow = Flow("b", "10.0.0.2:80/tcp", "delivered",
                {"host/eth0": "10.0.0.1:client > 10.0.0.2:80", "b/eth0": "nothing"}, {}, {})
    assert not list(mistakes(Truth("delivered", [SYN], set(), set(), set()), flow))
    assert len(list(mistakes(Truth("timeout", [], set(), set(), set()), flow))) == 2


def _tally(name, *found):
    tally = Tally()
    tally.add(Report(name, [FlowReport("", "delivered", "delivered", list(found), [])]))
    return tally


def test_known_divergences_are_scenarios():
    assert known_divergences() <= {path.stem for path in FILES}


def test_a_known_divergence_is_no_disagreement_and_one_that_agrees_is_to_be_struck(capsys, monkeypatch):
    known = "a-known-one"
    monkeypatch.setattr("report.known_divergences", lambda: {known})
    found = Difference("outcome", "")
    assert (_tally(known, found).known, _tally(known, found).disagreeing) == ([known], [])
    assert _tally("another", found).disagreeing == ["another"]
    capsys.readouterr()
    agreeing = _tally(known)
    assert "strike it from known-divergences.md" in capsys.readouterr().out
    assert "known divergences that agree now" in agreeing.summary("") and known in agreeing.summary("")


def test_a_wire_text_knows_the_client_and_any_port():
    assert matches("10.0.0.1:client > 10.0.0.2:any", SYN)
    assert not matches("10.0.0.1:client > 10.0.0.2:81", SYN)
