"""What a LAN goes through: planned, made, used across restarts, disturbed, repaired and taken away."""

import shutil

import pytest

import probe
from configuration import BRIDGE_MODE, MODES
from host_lab import HostLab
from lan import HOST, NIC_MAC, PC, ROUTER
from state import difference, whole_state

CONTAINER = "192.168.137.210"
PUBLISHED, SERVICE = 5000, 9000


@pytest.fixture(scope="module", params=MODES)
def mode(request):
    return request.param


@pytest.fixture(scope="module")
def host(mode):
    """A host in which onlan has not done anything yet."""
    with HostLab() as lab:
        lab.serve(lab.router, "router", SERVICE)
        lab.serve(lab.pc, "pc", SERVICE)
        lab.run_ordinary_container("registry", PUBLISHED)
        lab.write(MODES[mode])
        yield lab


@pytest.fixture
def up(host):
    """The LAN is made, and is taken away again after the test."""
    host.onlan("up", "--yes")
    yield host
    host.engine.docker("rm", "--force", "container")
    host.onlan("down", "--yes")


def run_container(lab):
    container = lab.engine.run("container", "--network", "lan137", "--ip", CONTAINER, "--restart", "always")
    lab.serve(container, "container", SERVICE)
    return container


def reach(lab, container):
    """From the container to the router, the host's published port; from the LAN machine and the host to the container."""
    return [probe.tcp(container, ROUTER, SERVICE), probe.tcp(container, HOST, PUBLISHED),
            probe.tcp(lab.pc, CONTAINER, SERVICE), probe.tcp(lab.host, CONTAINER, SERVICE)]


def restart_docker(lab):
    """The container, which has another network namespace afterwards."""
    lab.engine.restart()
    container = lab.engine.namespace_of("container")
    lab.serve(container, "container", SERVICE)
    lab.serve(lab.engine.namespace_of("registry"), "registry", PUBLISHED)
    return container


# macvlan mode needs no guard against connection tracking.
REMOVING_A_GUARD = {
    "docker-bridge": ("iptables -F DOCKER-USER", "nft delete table inet onlan"),
    "macvlan": ("iptables -F DOCKER-USER",),
}
ALL_REACHED = ["delivered by router", "delivered by registry", "delivered by container", "delivered by container"]


class TestPlanning:
    @pytest.mark.parametrize("command", [("plan",), ("plan", "--commands"), ("up", "--dry-run"), ("status",)],
                             ids=" ".join)
    def test_changes_nothing(self, host, command):
        before = whole_state(host)
        host.onlan(*command, expect=None)
        assert difference(before, whole_state(host)) == ""

    def test_plan_says_that_there_is_something_to_do_until_up_has_done_it(self, host):
        host.onlan("plan", expect=3)
        host.onlan("status", expect=3)
        host.onlan("up", "--yes")
        host.onlan("plan", expect=0)
        host.onlan("status", expect=0)
        host.onlan("down", "--yes")
        host.onlan("plan", expect=3)

    def test_a_dry_run_of_down_changes_nothing(self, up):
        before = whole_state(up)
        shown = up.onlan("down", "--dry-run")
        assert "remove Docker network lan137" in shown.stdout
        assert difference(before, whole_state(up)) == ""


class TestUpAndDown:
    def test_a_second_up_changes_nothing(self, up):
        before = whole_state(up)
        again = up.onlan("up", "--yes")
        assert again.stdout == "Nothing to do: the host is as configured.\n"
        assert difference(before, whole_state(up)) == ""

    def test_down_puts_everything_back(self, host):
        before = whole_state(host)
        host.onlan("up", "--yes")
        assert difference(before, whole_state(host)) != ""
        host.onlan("down", "--yes")
        assert difference(before, whole_state(host)) == ""

    def test_down_puts_everything_back_after_containers_came_and_went(self, host):
        before = whole_state(host)
        host.onlan("up", "--yes")
        run_container(host)
        host.engine.docker("rm", "--force", "container")
        host.onlan("down", "--yes")
        assert difference(before, whole_state(host)) == ""

    def test_a_second_down_has_nothing_to_do(self, host):
        host.onlan("up", "--yes")
        host.onlan("down", "--yes")
        assert "Nothing" in host.onlan("down", "--yes").stdout

    def test_down_names_the_container_that_is_still_on_the_lan_and_changes_nothing(self, up):
        run_container(up)
        before = whole_state(up)
        refused = up.onlan("down", "--yes", expect=1)
        assert "container" in refused.stderr
        assert difference(before, whole_state(up)) == ""

    def test_down_names_the_stopped_container_that_cannot_be_started_any_more(self, up):
        up.engine.docker("create", "--name", "never-started", "--network", "lan137", "box", "/bin/sleep", "1")
        run_container(up)
        up.engine.docker("stop", "container")
        warned = up.onlan("down", "--yes").stderr
        up.onlan("up", "--yes")
        refused = up.engine.attempt_docker("start", "container")
        up.engine.docker("start", "never-started")
        up.engine.docker("rm", "--force", "never-started")
        assert "made again: container; recreate them" in warned
        assert "never-started" not in warned
        assert "not found" in refused.stderr

    @pytest.mark.parametrize("nic", [NIC_MAC, "fe:f0:00:00:00:01"])
    def test_the_uplink_keeps_its_mac_address(self, host, nic):
        """A bridge takes on the lowest of its ports' addresses; what onlan adds must not be that."""
        def address():
            return host.host.json("ip", "-json", "link", "show", "br-up")[0]["address"]
        host.host.ip(f"link set eno1 address {nic}")
        before = address()
        host.onlan("up", "--yes")
        during = address()
        host.onlan("down", "--yes")
        host.host.ip(f"link set eno1 address {NIC_MAC}")
        assert (before, during) == (nic, nic)

    def test_links_and_guards_come_before_docker_and_the_network_after_it(self, host):
        host.onlan("up", "--yes")
        complete = whole_state(host)
        host.onlan("down", "--yes")
        host.onlan("up", "--yes", "--before-docker")
        assert host.engine.attempt_docker("network", "inspect", "lan137").returncode != 0
        host.onlan("up", "--yes")
        assert difference(complete, whole_state(host)) == ""
        host.onlan("down", "--yes")


    def test_a_lost_journal_is_written_anew_from_the_marks_on_the_host(self, host):
        before = whole_state(host)
        host.onlan("up", "--yes")
        made = whole_state(host)
        shutil.rmtree(host.folder / "state")
        host.onlan("plan", expect=3)
        assert "not in the journal" in host.onlan("up", "--yes").stderr
        assert difference(made, whole_state(host)) == ""
        host.onlan("status", expect=0)
        host.onlan("down", "--yes")
        assert difference(before, whole_state(host)) == ""


    @pytest.mark.parametrize("pool", ["", "pool: 192.168.137.0/28"], ids=["no pool", "a pool that was changed"])
    def test_an_address_that_somebody_has_is_never_handed_out(self, up, mode, pool):
        up.write(MODES[mode].replace("pool: 192.168.137.208/28", pool))
        up.onlan("up", "--yes")
        (subnet,) = up.engine.get("/networks/lan137")["IPAM"]["Config"]
        assert PC in subnet["AuxiliaryAddresses"].values()
        up.write(MODES[mode])


class TestRestarts:
    def test_all_flows_work_after_docker_restarts(self, up):
        run_container(up)
        container = restart_docker(up)
        up.onlan("status", expect=0)
        assert reach(up, container) == ALL_REACHED

    def test_a_container_that_restarts_keeps_its_address(self, up):
        run_container(up)
        up.engine.docker("restart", "--time", "0", "container")
        container = up.engine.namespace_of("container")
        up.serve(container, "container", SERVICE)
        assert up.engine.address_of("container", "lan137") == CONTAINER
        assert reach(up, container) == ALL_REACHED

    def test_a_container_without_ip_gets_an_address_of_the_pool(self, up):
        up.engine.run("container", "--network", "lan137")
        address = up.engine.address_of("container", "lan137")
        assert address in {f"192.168.137.{last}" for last in range(208, 224)}


class TestDisturbances:
    """What somebody else does to it."""

    def test_status_names_the_containers_that_lost_their_interface_with_the_links(self, up, mode):
        run_container(up)
        up.host.ip(f"link delete {'on' if mode == 'docker-bridge' else 'up'}-lan137")
        assert "docker restart container" in up.onlan("up", "--yes").stderr
        if mode == "docker-bridge":  # macvlan's interfaces are not to be seen from the host
            assert "docker restart container" in up.onlan("status", expect=3).stdout
        up.engine.docker("restart", "--time", "0", "container")
        up.onlan("status", expect=0)
        container = up.engine.namespace_of("container")
        up.serve(container, "container", SERVICE)
        assert reach(up, container) == ALL_REACHED

    def test_status_and_plan_speak_of_a_lan_that_is_no_longer_configured(self, up, mode):
        up.write("version: 1\nlans: {}\n")
        assert "lan137: no longer in the configuration" in up.onlan("status", expect=3).stdout
        up.onlan("plan", expect=3)
        up.write(MODES[mode])
        up.onlan("status", expect=0)

    def test_status_and_plan_speak_of_an_interrupted_run(self, host):
        host.onlan("up", "--yes", env={"ONLAN_CRASH_AFTER": "9"}, expect=None)
        for command in ("plan", "status"):
            assert "An 'onlan up' has not finished" in host.onlan(command, expect=3).stdout
        host.onlan("down", "--yes")
        assert "has not ended" not in host.onlan("status", expect=3).stdout

    def test_status_names_the_guard_that_somebody_removed_and_up_repairs_it(self, up, mode):
        container = run_container(up)
        for command in REMOVING_A_GUARD[mode]:
            up.host.run(*command.split())
            assert "MISSING" in up.onlan("status", expect=3).stdout
            up.onlan("up", "--yes")
            up.onlan("status", expect=0)
            assert reach(up, container) == ALL_REACHED

    @pytest.mark.parametrize("command", ["iptables -F", "nft flush ruleset"])
    def test_up_and_docker_each_repair_what_is_theirs(self, up, command):
        run_container(up)
        up.host.run(*command.split())
        up.onlan("status", expect=3)
        container = restart_docker(up)
        up.onlan("up", "--yes")
        up.onlan("status", expect=0)
        assert reach(up, container) == ALL_REACHED


def test_a_lan_can_be_taken_away_while_another_stays(lab):
    lab.write(BRIDGE_MODE + """\
  second:
    uplink: {bridge: br-up}
    attach: docker-bridge
    subnet: 192.168.138.0/24
    gateway: 192.168.138.1
    pool: 192.168.138.208/28
""")
    lab.onlan("up", "--yes", "lan137")
    before = whole_state(lab)
    lab.onlan("up", "--yes", "second")
    lab.onlan("down", "--yes", "second")
    assert difference(before, whole_state(lab)) == ""
    lab.onlan("down", "--yes")
