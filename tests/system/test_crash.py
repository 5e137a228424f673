"""Killed after any record of its journal, onlan finds its way: `up` and `down` end as if nothing had happened.

With ONLAN_CRASH_AFTER=N the program kills itself right after its N-th record is on the disk.
"""

import json
import signal

import pytest

from configuration import BRIDGE_MODE, MACVLAN_MODE, NIC_MODE
from host_lab import HostLab
from state import difference, whole_state

# Uplink, configuration and options.
SETUPS = {
    "links and guards": ("bridge", BRIDGE_MODE, ("--before-docker",)),
    "docker-bridge": ("bridge", BRIDGE_MODE, ()),
    "macvlan": ("bridge", MACVLAN_MODE, ()),
    "ports": ("nic", NIC_MODE, ("--before-docker", "--confirm", 0)),
}
RECORDS_OF_A_STEP = 2  # it begins, it is done


class Crashing:
    def __init__(self, lab, options):
        self.lab = lab
        self.options = options
        self.before = whole_state(lab)
        stage = [option for option in options if option == "--before-docker"]
        plan = lab.onlan("--json", "plan", *stage, expect=3).stdout
        # The run begins, each step, the run is committed.
        self.records = 1 + RECORDS_OF_A_STEP * len(json.loads(plan)["changes"]) + 1
        self.up()
        self.made = whole_state(lab)
        self.down()

    def up(self, **how):
        return self.lab.onlan("up", "--yes", *self.options, **how)

    def down(self, **how):
        confirm = ("--confirm", 0) if "--confirm" in self.options else ()
        return self.lab.onlan("down", "--yes", *confirm, **how)

    def is_before(self):
        assert difference(self.before, whole_state(self.lab)) == ""

    def is_made(self):
        assert difference(self.made, whole_state(self.lab)) == ""

    def each_crash_of(self, command):
        """Runs the command again and again, killed one record later each time."""
        for number in range(1, self.records + 1):
            killed = command(env={"ONLAN_CRASH_AFTER": str(number)}, expect=None)
            assert killed.returncode == -signal.SIGKILL, f"not killed after record {number}: {killed}"
            yield number
        lived = command(env={"ONLAN_CRASH_AFTER": str(self.records + 1)}, expect=None)
        assert lived.returncode == 0, f"there are more than {self.records} records"



@pytest.fixture(scope="module", params=SETUPS)
def crashing(request):
    uplink, text, options = SETUPS[request.param]
    with HostLab(uplink=uplink) as lab:
        lab.write(text)
        yield Crashing(lab, options)


def test_up_after_a_crashed_up_makes_the_lan(crashing):
    for _ in crashing.each_crash_of(crashing.up):
        crashing.up()
        crashing.is_made()
        crashing.down()
    crashing.down()


def test_down_after_a_crashed_up_puts_everything_back(crashing):
    for _ in crashing.each_crash_of(crashing.up):
        crashing.down()
        crashing.is_before()
    crashing.down()


def test_down_after_a_crashed_down_puts_everything_back(crashing):
    crashing.up()
    for _ in crashing.each_crash_of(crashing.down):
        crashing.down()
        crashing.is_before()
        crashing.up()
    crashing.is_before()


def test_up_after_a_crashed_down_makes_the_lan(crashing):
    crashing.up()
    for _ in crashing.each_crash_of(crashing.down):
        crashing.up()
        crashing.is_made()
    crashing.is_before()
