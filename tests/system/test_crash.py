"""Killed after any record of its journal, onlan finds its way: `up` and `down` end as if nothing had happened.

With ONLAN_CRASH_AFTER=N the program kills itself right after its N-th record is on the disk.
"""

import json
import signal

import pytest

from configuration import BRIDGE_MODE, MACVLAN_MODE, NIC_MODE
from state import difference, whole_state
from topology import HostLab

# Uplink, configuration, options, and the distance from one killed run to the next. Links and guards take a tenth of the
# time and are killed after every record; where Docker takes part, its own step is never left out.
SETUPS = {
    "links and guards": ("bridge", BRIDGE_MODE, ("--before-docker",), 1),
    "docker-bridge": ("bridge", BRIDGE_MODE, (), 12),
    "macvlan": ("bridge", MACVLAN_MODE, (), 10),
    "ports": ("nic", NIC_MODE, ("--before-docker", "--confirm", 0), 3),
}
RECORDS_OF_A_STEP = 2  # it begins, it is done


class Crashing:
    def __init__(self, lab, options, distance):
        self.lab = lab
        self.options = options
        self.distance = distance
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

    def each_crash_of(self, command, docker_step):
        """Runs the command again and again, killed a little later each time."""
        numbers = {*range(1, self.records + 1, self.distance), *docker_step}
        for number in sorted(numbers):
            killed = command(env={"ONLAN_CRASH_AFTER": str(number)}, expect=None)
            assert killed.returncode == -signal.SIGKILL, f"not killed after record {number}: {killed}"
            yield number
        lived = command(env={"ONLAN_CRASH_AFTER": str(self.records + 1)}, expect=None)
        assert lived.returncode == 0, f"there are more than {self.records} records"

    def each_crash_of_up(self):
        yield from self.each_crash_of(self.up, range(self.records - 3, self.records + 1))

    def each_crash_of_down(self):
        yield from self.each_crash_of(self.down, range(1, 5))


@pytest.fixture(scope="module", params=SETUPS)
def crashing(request):
    uplink, text, options, distance = SETUPS[request.param]
    with HostLab(uplink=uplink) as lab:
        lab.write(text)
        yield Crashing(lab, options, distance)


def test_up_after_a_crashed_up_makes_the_lan(crashing):
    for _ in crashing.each_crash_of_up():
        crashing.up()
        crashing.is_made()
        crashing.down()
    crashing.down()


def test_down_after_a_crashed_up_puts_everything_back(crashing):
    for _ in crashing.each_crash_of_up():
        crashing.down()
        crashing.is_before()
    crashing.down()


def test_down_after_a_crashed_down_puts_everything_back(crashing):
    crashing.up()
    for _ in crashing.each_crash_of_down():
        crashing.down()
        crashing.is_before()
        crashing.up()
    crashing.is_before()


def test_up_after_a_crashed_down_makes_the_lan(crashing):
    crashing.up()
    for _ in crashing.each_crash_of_down():
        crashing.up()
        crashing.is_made()
    crashing.is_before()
