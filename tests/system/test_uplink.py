"""`ports: [eno1]`: onlan makes the uplink bridge of the NIC that carries the host's own addresses, and can take it back.

The connection over which somebody does this must not be lost: unless `onlan confirm` comes in time, all is undone.
"""

import contextlib
import os
import pathlib
import pty
import select
import signal
import subprocess

import pytest

import probe
from command import PATIENCE
from configuration import NIC_MODE
from host_lab import HostLab
from lan import EXTRA_ROUTE, HOST, HOST6, PC, ROUTER, ROUTER6
from state import difference, whole_state


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
    nic_lab.engine.docker("rm", "--force", "container")
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


def supervisor_of(starter):
    """The process that makes the changes and waits for the confirmation."""
    children = pathlib.Path(f"/proc/{starter}/task/{starter}/children").read_text()
    return os.pidfd_open(int(children.split()[0]))


def await_end_of(process):
    ended, _, _ = select.select([process], [], [], PATIENCE)
    os.close(process)
    assert ended, "the process that makes the changes does not end"


class Waiting:
    """`onlan up --confirm SECONDS`, up to where it waits to be confirmed."""

    def __init__(self, lab, seconds, command="up"):
        self.process = lab.host.popen(*lab.onlan_command(command, "--yes", "--confirm", seconds),
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.supervisor = None
        for line in self.process.stdout:
            if "onlan confirm" in line:
                self.supervisor = supervisor_of(self.process.pid)
                return
        raise AssertionError(f"onlan ended with {self.process.wait()} and did not wait to be confirmed")

    def kill(self):
        """Only the process that was started, as a lost connection does; not the one that does the work."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait_for_the_end(self):
        await_end_of(self.supervisor)
        return self.process.wait()


class Terminal:
    """onlan as somebody runs it by hand: in the foreground of a terminal."""

    def __init__(self, lab, *arguments):
        command = [str(word) for word in lab.onlan_command(*arguments)]
        with lab.host.entered():
            self.pid, self.master = pty.fork()
            if self.pid == 0:
                os.execvp(command[0], command)
        self.shown = ""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.master is not None:
            os.close(self.master)

    def wait_for(self, words):
        while words not in self.shown:
            readable, _, _ = select.select([self.master], [], [], PATIENCE)
            assert readable, f"the terminal shows {self.shown!r} and nothing more"
            self.shown += os.read(self.master, 4096).decode()

    def type(self, text):
        os.write(self.master, text.encode())

    def hang_up(self):
        os.close(self.master)
        self.master = None
        os.waitpid(self.pid, 0)

    def wait(self):
        with contextlib.suppress(OSError):  # how a terminal says that nobody has it open any more
            while data := os.read(self.master, 4096):
                self.shown += data.decode()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


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

    def test_a_route_that_encapsulates_is_not_moved_as_a_plain_one(self, host):
        tunnel = ("10.78.0.0/16", "encap", "ip", "id", 5, "dst", ROUTER, "dev")
        added = host.host.attempt("ip", "route", "add", *tunnel, "eno1")
        if "not supported" in added.stderr:
            pytest.skip("this kernel has no light-weight tunnels")
        refused = host.onlan("up", "--yes", "--confirm", 0, expect=1)
        assert "the route to 10.78.0.0/16 on eno1 encapsulates its packets" in refused.stderr
        assert "encap ip" in host.host.ip("route show 10.78.0.0/16")
        host.host.ip("route del 10.78.0.0/16")

        host.onlan("up", "--yes", "--confirm", 0)
        host.host.run("ip", "route", "add", *tunnel, "br-new")
        refused = host.onlan("down", "--yes", "--confirm", 0, expect=1)
        assert "the route to 10.78.0.0/16 on br-new encapsulates its packets" in refused.stderr
        host.host.ip("route del 10.78.0.0/16")

    def test_a_bridge_whose_journal_is_lost_is_never_deleted(self, host):
        """Nothing tells any more what its port had before."""
        before = whole_state(host)
        host.onlan("up", "--yes", "--confirm", 0)
        journal = host.folder / "state/journal"
        kept = journal.read_bytes()
        journal.unlink()
        host.onlan("up", "--yes", "--confirm", 0)
        host.onlan("down", "--yes", "--confirm", 0)
        assert addresses(host, "br-new") == [f"{HOST}/24", f"{HOST6}/64"]
        journal.write_bytes(kept)
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
        assert "Not confirmed in time: the changes were undone." in undone.stdout
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
        process = host.host.popen(*host.onlan_command("up", "--yes"), stdout=subprocess.PIPE)
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
        assert "unless 'onlan confirm' confirms it" in refused.stderr

    def test_enter_on_the_terminal_confirms(self, host):
        with Terminal(host, "up", "--yes", "--confirm", 30) as terminal:
            terminal.wait_for("Press Enter here")
            terminal.type("\n")
            assert terminal.wait() == 0
        host.onlan("plan", expect=0)

    @pytest.mark.parametrize("typed", ["no\n", "\x04"], ids=["no", "end of file"])
    def test_nothing_else_on_the_terminal_confirms(self, host, typed):
        before = whole_state(host)
        with Terminal(host, "up", "--yes", "--confirm", 2) as terminal:
            terminal.wait_for("Press Enter here")
            terminal.type(typed)
            assert terminal.wait() == 1
        assert difference(before, whole_state(host)) == ""

    def test_what_was_typed_before_the_question_is_no_answer_to_it(self, host):
        before = whole_state(host)
        with Terminal(host, "up", "--confirm", 2) as terminal:
            terminal.wait_for("Make these changes?")
            terminal.type("y\n\n\n")
            assert terminal.wait() == 1
        assert difference(before, whole_state(host)) == ""

    def test_a_connection_that_hangs_up_does_not_confirm(self, host):
        before = whole_state(host)
        with Terminal(host, "up", "--yes", "--confirm", 2) as terminal:
            terminal.wait_for("Press Enter here")
            supervisor = supervisor_of(terminal.pid)
            terminal.hang_up()
        await_end_of(supervisor)
        assert difference(before, whole_state(host)) == ""

    def test_a_starter_that_is_stopped_does_not_stop_the_clock(self, host):
        before = whole_state(host)
        many = [f"10.77.{number}.0/24 via {ROUTER}\n" for number in range(250)]
        host.host.run("ip", "-batch", host.write("".join(f"route add {route}" for route in many), "routes"))
        with_routes = whole_state(host)
        starter = host.host.popen(*host.onlan_command("up", "--yes", "--confirm", 2), stdout=subprocess.PIPE)
        starter.stdout.readline()
        supervisor = supervisor_of(starter.pid)
        starter.send_signal(signal.SIGSTOP)
        await_end_of(supervisor)
        starter.send_signal(signal.SIGCONT)
        starter.communicate()
        assert difference(with_routes, whole_state(host)) == ""
        host.host.run("ip", "-batch", host.write("".join(f"route delete {route}" for route in many), "routes"))
        assert difference(before, whole_state(host)) == ""

    def test_a_confirmation_that_nobody_waits_for_is_an_error(self, host):
        refused = host.onlan("confirm", expect=1)
        assert "nothing is waiting to be confirmed" in refused.stderr


def test_a_confirmed_down_gives_the_nic_back_although_docker_does_not_run():
    own = ("links", "addresses", "sysctls", "routes -4", "routes -6", "rules -4", "rules -6")  # Docker rewrites the rest
    with HostLab(uplink="nic") as lab:
        lab.write(NIC_MODE)
        before = whole_state(lab)
        lab.onlan("up", "--yes", "--confirm", 0)
        lab.engine.stop()
        waiting = Waiting(lab, 30, "down")
        lab.onlan("confirm")
        assert waiting.wait_for_the_end() == 1  # not all of it could be done
        assert addresses(lab, "eno1") == [f"{HOST}/24", f"{HOST6}/64"]
        assert "the Docker network lan137 was not removed" in lab.onlan("down", "--yes", expect=1).stderr
        lab.engine.start()
        lab.onlan("down", "--yes")
        after = whole_state(lab)
        assert difference({part: before[part] for part in own}, {part: after[part] for part in own}) == ""
        assert "lan137" not in {network["Name"] for network in lab.engine.get("/networks")}
