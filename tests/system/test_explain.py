"""What onlan explain says of a flow, beside what the kernel did with it."""

import json
import pathlib
import subprocess
import xml.etree.ElementTree

import pytest

import probe
from configuration import BRIDGE_MODE
from host_lab import ONLAN
from lan import HOST, PC

TESTS = pathlib.Path(__file__).resolve().parents[1]
# Recorded from the kernel and a real Docker by data/record_article.py; the golden texts are what is told of them.
ARTICLE = TESTS / "data/article"
KERNEL = json.loads((ARTICLE / "kernel.json").read_text())
PUBLISHED = 8080
CONTAINER = "192.168.137.210"


def explain(*words, expect):
    done = subprocess.run([ONLAN, "explain", *map(str, words)], text=True, capture_output=True, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done


def of_article(state, *words):
    expect = 0 if KERNEL[state].startswith("delivered") else 3
    return explain("--from", "homeassistant", "--to", f"{HOST}:5000", "--snapshot", ARTICLE / f"{state}.json", *words,
                   expect=expect)


@pytest.mark.parametrize("state", KERNEL)
class TestArticle:
    def test_ends_as_the_kernel_ended_it(self, state):
        assert json.loads(of_article(state, "--json").stdout)["outcome"] == KERNEL[state].split()[0]

    def test_tells_the_story(self, state):
        assert of_article(state).stdout == (TESTS / f"golden/explain/{state}.txt").read_text()

    def test_draws_the_walk(self, state, tmp_path):
        drawing = tmp_path / "walk.svg"
        of_article(state, "--svg", drawing)
        texts = "".join(xml.etree.ElementTree.parse(drawing).getroot().itertext())
        assert "homeassistant" in texts and "br-lan137" in texts and "1. SYN" in texts
        assert ("drop" in texts or "reset" in texts) == (KERNEL[state] != "delivered by registry")


def test_the_documentation_shows_the_walk_as_it_is_drawn(tmp_path):
    drawing = tmp_path / "walk.svg"
    of_article("3-conntrack", "--svg", drawing)
    assert drawing.read_text() == (TESTS.parent / "docs/conntrack-clash.svg").read_text()


def test_a_picture_is_for_everybody_whom_the_umask_lets(tmp_path):
    drawing = tmp_path / "walk.svg"
    subprocess.run([ONLAN, "explain", "--from", "homeassistant", "--to", f"{HOST}:5000", "--snapshot",
                    ARTICLE / "1-isolation.json", "--svg", drawing], umask=0o027, capture_output=True, check=False)
    assert drawing.stat().st_mode & 0o777 == 0o640


def test_minimal_tells_the_cause_and_detailed_every_phase():
    minimal, summary, detailed = (of_article("3-conntrack", how).stdout for how in ("--minimal", "--summary", "--detailed"))
    assert "Cause: " in minimal and "Packet 1" not in minimal
    assert "through: " in summary and "ARP" not in summary
    assert "through: " not in detailed and "ARP who-has" in detailed


def test_what_the_kernel_draws_at_random_is_a_range():
    document = json.loads(of_article("3-conntrack", "--json").stdout)
    moved = [step for packet in document["packets"] for step in packet["steps"] if step["action"] == "null-binding"]
    assert moved[0]["packet"]["sport"] == {"first": 1024, "last": 65535}


def test_the_chain_behind_the_cause_names_packets_and_phases():
    document = json.loads(of_article("3-conntrack", "--json").stdout)
    packets = {packet["number"]: packet for packet in document["packets"]}
    acted = [packets[link["packet"]]["steps"][link["phase"] - 1]["action"] for link in document["cause"]["chain"]]
    assert acted == ["invalid", "new", "null-binding", "reset"]


def test_colours_are_for_terminals_or_on_request():
    assert "\x1b" not in of_article("1-isolation").stdout
    assert "\x1b[31mtimeout\x1b[0m" in of_article("1-isolation", "--color", "always").stdout


class TestMistakes:
    SNAPSHOT = ("--snapshot", ARTICLE / "1-isolation.json")

    def test_an_endpoint_that_does_not_exist_lists_near_names(self):
        done = explain("--from", "homeasistant", "--to", f"{HOST}:5000", *self.SNAPSHOT, expect=1)
        assert done.stderr == ("onlan: error: there is no endpoint 'homeasistant' in the snapshot; "
                               "did you mean 'homeassistant'?\n")

    @pytest.mark.parametrize("target, why", [(f"{HOST}:0", "'0' is not a port"), (f"{HOST}:80/sctp", "'sctp' is not tcp"),
                                             (HOST, "it has no port"), (":80", "names no address")])
    def test_a_target_that_is_none_says_why(self, target, why):
        assert why in explain("--from", "host", "--to", target, *self.SNAPSHOT, expect=1).stderr

    def test_a_truncated_snapshot_is_an_error_with_its_place(self, tmp_path):
        document = (ARTICLE / "1-isolation.json").read_text()
        cut = tmp_path / "cut.json"
        cut.write_text(document[:len(document) // 2])
        error = explain("--from", "host", "--to", f"{HOST}:5000", "--snapshot", cut, expect=1).stderr
        assert f"{cut}: line" in error


@pytest.fixture(scope="module")
def up(lab):
    """A container on the LAN, and a published port of the same host."""
    lab.write(BRIDGE_MODE)
    lab.onlan("up", "--yes")
    lab.run_ordinary_container("web", PUBLISHED)
    lab.container = lab.engine.run("box", "--network", "lan137", "--ip", CONTAINER)
    yield lab
    lab.engine.docker("rm", "--force", "box", "web")
    lab.engine.docker("network", "rm", "web-net")
    lab.onlan("down", "--yes")


class TestHost:
    """This host, now, without a snapshot."""

    def test_a_container_on_the_lan_reaches_a_published_port(self, up):
        assert probe.tcp(up.container, HOST, PUBLISHED) == "delivered by web"
        document = json.loads(up.onlan("explain", "--from", "box", "--to", f"{HOST}:{PUBLISHED}", "--json").stdout)
        assert (document["schema"], document["outcome"]) == ("onlan/explanation/1", "delivered")

    def test_without_its_guard_it_does_not(self, up):
        up.host.run("nft", "delete", "table", "inet", "onlan")
        try:
            assert probe.tcp(up.container, HOST, PUBLISHED) == "timeout"
            told = up.onlan("explain", "--from", "box", "--to", f"{HOST}:{PUBLISHED}", expect=3).stdout
            assert f"box to {HOST}:{PUBLISHED}: timeout" in told and "Cause: rp_filter drops" in told
        finally:
            up.onlan("up", "--yes")

    def test_a_machine_of_the_lan_is_a_client_too(self, up):
        assert probe.tcp(up.pc, HOST, PUBLISHED) == "delivered by web"
        up.onlan("explain", "--from", f"lan:{PC}", "--to", f"{HOST}:{PUBLISHED}/tcp")

    def test_ping_and_udp(self, up):
        assert probe.ping(up.container, HOST) == f"delivered by {HOST}"
        up.onlan("explain", "--from", "box", "--to", f"{HOST}/icmp")
        assert probe.udp(up.container, HOST, 999) == "refused"
        told = json.loads(up.onlan("explain", "--from", "box", "--to", f"{HOST}:999/udp", "--json", expect=3).stdout)
        assert (told["outcome"], told["errno"]) == ("refused", "ECONNREFUSED")
