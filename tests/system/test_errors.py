"""Whatever is wrong: one clear sentence that names the place or the object, the right exit code, and nothing is changed."""

import contextlib
import subprocess

import pytest

from configuration import BRIDGE_MODE, NIC_MODE
from host_lab import HostLab
from state import difference, whole_state

COULD_NOT, USAGE = 1, 2


@pytest.fixture(autouse=True)
def put_right(lab):
    """What onlan should have refused, and did not, is no trouble for the next test."""
    yield
    lab.onlan("down", "--yes", expect=None)


def refuse(lab, *command, exit_code=COULD_NOT, **how):
    """The one error that the command ends with; the host is as it was."""
    before = whole_state(lab)
    refused = lab.onlan(*command, expect=exit_code, **how)
    assert difference(before, whole_state(lab)) == ""
    errors = [line for line in refused.stderr.splitlines() if line.startswith("onlan: error: ")]
    assert len(errors) == 1, refused.stderr
    return errors[0].removeprefix("onlan: error: ")


class TestTheFile:
    @pytest.mark.parametrize("old, new, line, words", [
        pytest.param("pool:", "pol:", 8, "pol", id="an unknown key"),
        pytest.param("uplink: {bridge: br-up}", "uplink: br-up", 4, "uplink", id="a wrong type"),
        pytest.param("gateway: 192.168.137.245", "gateway: 192.168.138.245", 7,
                     "192.168.138.245 is outside the subnet 192.168.137.0/24", id="a gateway outside its subnet"),
        pytest.param("pool: 192.168.137.208/28", "pool: 192.168.138.0/28", 8,
                     "outside the subnet 192.168.137.0/24", id="a pool outside its subnet"),
        pytest.param("bridge: br-up", "bridge: br-with-a-long-name", 4,
                     "'br-with-a-long-name' is longer than 15 characters", id="an interface name over 15 characters"),
        pytest.param("lan137:", "lan-of-the-office:", 3,
                     "lans.lan-of-the-office: this name is longer than 12 characters",
                     id="a LAN name over 12 characters"),
        pytest.param("docker-bridge", "carrier-pigeon", 5,
                     "'carrier-pigeon' is not an attach mode", id="an unknown mode"),
        pytest.param("version: 1", "version: 2", 1, "expected 1, found '2'", id="an unknown version"),
        pytest.param("gateway: 192.168.137.245", "gateway: ]", 7, "not YAML", id="no YAML"),
    ])
    def test_names_file_line_and_fault(self, lab, old, new, line, words):
        path = lab.write(BRIDGE_MODE.replace(old, new))
        error = refuse(lab, "up", "--yes")
        assert error.startswith(f"{path}:{line}: ")
        assert words in error

    def test_a_missing_file_is_named(self, lab):
        error = refuse(lab, "up", "--yes", file="nowhere.yaml")
        assert f"there is no configuration {lab.folder}/nowhere.yaml" in error


class TestTheCommandLine:
    @pytest.mark.parametrize("command", [(), ("fly",), ("up", "--fast"), ("up", "--confirm", "soon")], ids=str)
    def test_a_wrong_one_is_wrong_usage(self, lab, command):
        lab.write(BRIDGE_MODE)
        before = whole_state(lab)
        assert lab.onlan(*command, expect=USAGE).stderr.startswith("onlan: error: ")
        assert difference(before, whole_state(lab)) == ""

    @pytest.mark.parametrize("word, words", [
        ("dwon", "there is no command 'dwon'; did you mean 'down'?"),
        ("fly", "there is no command 'fly'; expected one of: up, plan, down, status"),
    ])
    def test_an_unknown_command_is_named(self, lab, word, words):
        lab.write(BRIDGE_MODE)
        assert words in refuse(lab, word, exit_code=USAGE)

    @pytest.mark.parametrize("how", [("--yes",), ("--dry-run",)], ids=str)
    def test_down_names_a_lan_that_nobody_knows(self, lab, how):
        lab.write(BRIDGE_MODE)
        error = refuse(lab, "down", "nosuch", *how)
        assert "there is no LAN nosuch" in error and "known: lan137" in error

    def test_down_of_a_configured_lan_that_is_down_has_nothing_to_do(self, lab):
        lab.write(BRIDGE_MODE)
        assert "Nothing to do" in lab.onlan("down", "lan137", "--yes").stdout

    def test_without_yes_and_without_a_terminal_there_is_nobody_to_ask(self, lab):
        lab.write(BRIDGE_MODE)
        assert "--yes" in refuse(lab, "up", exit_code=USAGE)

    def test_an_unknown_lan_is_named(self, lab):
        lab.write(BRIDGE_MODE)
        assert "lan138" in refuse(lab, "up", "--yes", "lan138")

    def test_without_root_it_says_so(self, lab):
        path = lab.write(BRIDGE_MODE)
        lab.folder.chmod(0o755)
        path.chmod(0o644)
        nobody = ("setpriv", "--reuid", 65534, "--clear-groups")
        assert "up needs root" in refuse(lab, "up", "--yes", prefix=nobody)
        assert "confirm needs root" in refuse(lab, "confirm", prefix=nobody)

    def test_a_root_that_may_not_change_the_network_is_told_so_and_nothing_else(self, lab):
        lab.write(BRIDGE_MODE)
        refused = lab.onlan("plan", expect=COULD_NOT,
                            prefix=("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"))
        assert refused.stderr.startswith("onlan: error: plan needs the capability CAP_NET_ADMIN")
        assert refused.stderr.count("\n") == 1

    def test_a_damaged_journal_is_named_with_its_line_and_a_way_out(self, lab):
        lab.write(BRIDGE_MODE)
        folder = lab.folder / "state"
        folder.mkdir(exist_ok=True)
        journal = folder / "journal"
        journal.write_text('{"record":"commit"}\nnonsense\n')
        try:
            error = refuse(lab, "up", "--yes")
        finally:
            journal.unlink()
        assert error.startswith(f"{journal}:2: the journal is damaged")
        assert "json" not in error and "move the file aside" in error


class TestTheHost:
    def test_a_missing_uplink_bridge_is_named(self, lab):
        lab.write(BRIDGE_MODE.replace("br-up", "br-gone"))
        assert "lan137: the uplink bridge br-gone does not exist" in refuse(lab, "up", "--yes")

    def test_an_uplink_that_is_no_bridge_is_named(self, lab):
        lab.write(BRIDGE_MODE.replace("br-up", "eno1"))
        assert "the uplink eno1 is not a bridge" in refuse(lab, "up", "--yes")

    def test_a_missing_nic_is_named(self, lab):
        lab.write(NIC_MODE.replace("eno1", "eno7"))
        assert "uplink port eno7 does not exist" in refuse(lab, "up", "--yes")

    def test_a_nic_that_belongs_to_another_bridge_is_left_there(self, lab):
        lab.write(NIC_MODE)
        assert "eno1 already belongs to br-up" in refuse(lab, "up", "--yes")

    @pytest.mark.parametrize("link", ["on-lan137 link br-up type macvlan", "on-lan137 type bridge",
                                      "up-lan137 type bridge", "up-lan137 type veth peer name other"])
    def test_somebody_elses_link_of_the_same_name_is_left_alone(self, lab, link):
        name = link.split()[0]
        lab.write(BRIDGE_MODE)
        lab.host.ip(f"link add {link}")
        try:
            assert f"there is already an interface {name} that is not onlan's" in refuse(lab, "up", "--yes")
        finally:
            lab.host.ip(f"link delete {name}")


class TestDocker:
    def test_an_engine_that_does_not_run_is_named(self):
        with HostLab(docker=False) as lab:
            lab.write(BRIDGE_MODE)
            error = refuse(lab, "up", "--yes")
            assert "Docker" in error and "nobody.sock" in error

    def test_waiting_for_an_engine_that_does_not_come_ends(self):
        with HostLab(docker=False) as lab:
            lab.write(BRIDGE_MODE)
            assert "nobody.sock" in refuse(lab, "up", "--yes", "--wait", 1)

    def test_a_url_that_leads_to_no_engine_does_not_keep_down_from_what_needs_none(self):
        with HostLab(docker=False) as lab:
            lab.write(BRIDGE_MODE)
            before = whole_state(lab)
            lab.onlan("up", "--before-docker", "--yes")
            lab.onlan("down", "--yes", docker_host="ssh://root@nas")
            assert difference(before, whole_state(lab)) == ""
            assert "'ssh://root@nas' is not a Docker host that onlan can use" in refuse(
                lab, "up", "--yes", docker_host="ssh://root@nas")

    @pytest.fixture
    def foreign_network(self, lab):
        with contextlib.ExitStack() as undo:
            def make(name, subnet):
                lab.engine.docker("network", "create", "--subnet", subnet, name)
                undo.callback(lab.engine.docker, "network", "rm", name)
            yield make

    def test_a_network_whose_subnet_overlaps_is_named(self, lab, foreign_network):
        foreign_network("shop", "192.168.128.0/18")
        lab.write(BRIDGE_MODE)
        error = refuse(lab, "up", "--yes")
        assert "192.168.137.0/24 overlaps 192.168.128.0/18 of the Docker network shop" in error

    def test_somebody_elses_network_of_the_same_name_is_left_alone(self, lab, foreign_network):
        foreign_network("lan137", "10.77.0.0/24")
        lab.write(BRIDGE_MODE)
        assert "there is already a Docker network lan137 that is not onlan's" in refuse(lab, "up", "--yes")


def test_an_address_that_somebody_on_the_lan_uses_is_reserved(lab):
    lab.pc.ip("address add 192.168.137.208/24 dev eth0")
    lab.write(BRIDGE_MODE)
    try:
        warned = lab.onlan("up", "--yes")
        assert "already in use on the LAN and therefore reserved: 192.168.137.208" in warned.stderr
        lab.engine.run("one", "--network", "lan137")
        address = lab.engine.address_of("one", "lan137")
        refused = lab.engine.attempt_docker("run", "--network", "lan137", "--ip", "192.168.137.208", "box", "/bin/sh")
        assert address == "192.168.137.209"
        assert "Address already in use" in refused.stderr
    finally:
        lab.pc.ip("address delete 192.168.137.208/24 dev eth0")
        lab.engine.remove_containers()
        lab.onlan("down", "--yes")


def test_the_second_of_two_at_once_is_told_who_is_first(lab):
    lab.write(BRIDGE_MODE)
    lab.onlan("plan", expect=3)
    folder = lab.folder / "state"
    folder.mkdir(exist_ok=True)
    # flock(1) stands for a first onlan that takes its time.
    first = subprocess.Popen(["flock", folder / "lock", "sh", "-c", "echo locked; cat"], text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdout.readline() == "locked\n"
    try:
        error = refuse(lab, "up", "--yes")
    finally:
        first.communicate()
    assert "another onlan is changing this host" in error
