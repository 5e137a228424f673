"""Nobody reads what onlan prints: that is no reason to stop half-way."""

import os
import subprocess

import pytest

from command import PATIENCE
from configuration import BRIDGE_MODE


@pytest.fixture(autouse=True)
def configured(lab):
    lab.write(BRIDGE_MODE)
    yield
    lab.onlan("down", "--yes")


def up(lab, **streams):
    return lab.host.popen(*lab.onlan_command("up", "--yes"), stderr=subprocess.DEVNULL, **streams).wait(PATIENCE)


def test_a_reader_that_goes_away_does_not_stop_the_change(lab):
    reading, writing = os.pipe()
    os.close(reading)
    assert up(lab, stdout=writing) == 0
    os.close(writing)
    lab.onlan("plan", expect=0)


def test_with_standard_output_closed_the_journal_holds_records_and_no_sentences(lab):
    assert up(lab, preexec_fn=lambda: os.close(1)) == 0
    lab.onlan("plan", expect=0)
