"""`ports: [eno1]`: onlan makes the uplink bridge of the NIC that carries the host's own addresses, and can take it back.

The connection over which somebody does this must not be lost: unless `onlan confirm` comes in time, all is undone.
"""

import os
import select
import signal
import subprocess

import pytest

import probe
from configuration import NIC_MODE
from state import difference, whole_state
from topology import EXTRA_ROUTE, HOST, HOST6, PATIENCE, PC, ROUTER, ROUTER6


@pytest.fixture(scope="module", autouse=True)
def lan_machine_serves(nic_lab):
    nic_lab.serve(nic_lab.pc, "pc", 9000)
    nic_lab.serve(nic_lab.host, "host", 9000, (HOST, HOST6))


@pytest.fixture
def host(nic_lab):
    """Whatever the test does, the next one finds the NIC as it was."""
    nic_lab.write(NIC_MODE)
    before = whole_state(nic_lab)
    yield nic_lab
    nic_lab.docker("rm", "--force", "container")
    nic_lab.onlan("down", "--yes", "--confirm", 0)
    assert difference(before, whole_state(nic_lab)) == ""


def addresses(lab, interface):
    shown = lab.host.json("ip", "-json", "address", "show", interface)[0]["addr_info"]
    return [f"{address['local']}/{address['prefixlen']}" for address in shown if address["scope"] == "global"]


def routes(lab, interface):
    return [(route["dst"], route.get("gateway"), route.get("metric"))
            for family in ("-4", "-6")
            for route in lab.host.json("ip", "-json", family, "route", "show", "table", "all", "dev", interface)
            if "gateway" in route]


def mac(lab, interface):
    return lab.host.json("ip", "-json", "link", "show", interface)[0]["address"]


class Waiting:
    """`onlan up --confirm SECONDS`, up to where it waits to be confirmed."""

    def __init__(self, lab, seconds):
        self.process = subprocess.Popen(
            ["nsenter", f"--net={lab.host.path}", *lab.onlan_command("up", "--yes", "--confirm", seconds)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.supervisor = None
        for line in self.process.stdout:
            if "onlan confirm" in line:
                children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
                self.supervisor = os.pidfd_open(int(open(children, encoding="ascii").read().split()[0]))
                return
        raise AssertionError(f"onlan ended with {self.process.wait()} and did not wait to be confirmed")

    def kill(self):
        """Only the process that was started, as a lost connection does; not the one that does the work."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait_for_the_end(self):
        ended, _, _ = select.select([self.supervisor], [], [], PATIENCE)
        assert ended, "the process that waits for the confirmation does not end"
        os.close(self.supervisor)
        return self.process.wait()


class TestTheMove:
    def test_addresses_routes_rule_and_mac_move_to_the_bridge(self, host):
        wanted_addresses, wanted_routes = addresses(host, "eno1"), routes(host, "eno1")
        host.onlan("up", "--yes", "--confirm", 0)
        assert addresses(host, "eno1") == []
        assert addresses(host, "br-new") == wanted_addresses == [f"{HOST}/24", f"{HOST6}/64"]
        assert sorted(map(str, routes(host, "br-new"))) == sorted(map(str, wanted_routes))
        assert (EXTRA_ROUTE, ROUTER, 50) in wanted_routes and ("default", ROUTER6, 1024) in wanted_routes
        assert "iif br-new lookup 100" in host.host.ip("rule")
        assert "eno1" not in host.host.ip("rule")
        assert mac(host, "br-new") == mac(host, "eno1")

    def test_host_and_lan_machine_still_reach_each_other(self, host):
        host.onlan("up", "--yes", "--confirm", 0)
        assert [probe.tcp(host.host, PC, 9000), probe.tcp(host.pc, HOST, 9000), probe.tcp(host.pc, HOST6, 9000)] == [
            "delivered by pc", "delivered by host", "delivered by host"]

    def test_a_container_on_the_lan_is_reached(self, host):
        host.onlan("up", "--yes", "--confirm", 0)
        container = host.engine.run("container", "--network", "lan137", "--ip", "192.168.137.210")
        assert [probe.tcp(container, PC, 9000), probe.tcp(container, HOST, 9000)] == [
            "delivered by pc", "delivered by host"]

    def test_down_moves_everything_back(self, host):
        before = whole_state(host)
        host.onlan("up", "--yes", "--confirm", 0)
        host.onlan("down", "--yes", "--confirm", 0)
        assert difference(before, whole_state(host)) == ""


class TestConfirmation:
    def test_confirmed_changes_stay(self, host):
        waiting = Waiting(host, 30)
        host.onlan("confirm")
        assert waiting.wait_for_the_end() == 0
        host.onlan("plan", expect=0)

    def test_changes_that_nobody_confirms_are_undone(self, host):
        before = whole_state(host)
        undone = host.onlan("up", "--yes", "--confirm", 1, expect=1)
        assert "Nobody confirmed: the changes are undone." in undone.stdout
        assert difference(before, whole_state(host)) == ""

    def test_they_are_undone_even_when_the_process_that_asked_is_killed(self, host):
        before = whole_state(host)
        waiting = Waiting(host, 1)
        waiting.kill()
        waiting.wait_for_the_end()
        assert difference(before, whole_state(host)) == ""

    def test_they_can_be_confirmed_after_the_process_that_asked_was_killed(self, host):
        waiting = Waiting(host, 30)
        waiting.kill()
        host.onlan("confirm")
        waiting.wait_for_the_end()
        host.onlan("plan", expect=0)

    def test_moving_the_default_route_waits_for_a_confirmation_without_being_asked_to(self, host):
        process = subprocess.Popen(["nsenter", f"--net={host.host.path}", *host.onlan_command("up", "--yes")],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert any("within 30 seconds" in line for line in iter(process.stdout.readline, ""))
        host.onlan("confirm")
        assert process.wait(PATIENCE) == 0

    def test_while_one_waits_no_other_onlan_changes_the_host(self, host):
        waiting = Waiting(host, 30)
        waiting.kill()
        refused = host.onlan("down", "--yes", expect=1)
        host.onlan("confirm")
        waiting.wait_for_the_end()
        assert "another onlan is changing this host" in refused.stderr

    def test_a_confirmation_that_nobody_waits_for_is_an_error(self, host):
        refused = host.onlan("confirm", expect=1)
        assert "nothing waits to be confirmed" in refused.stderr
