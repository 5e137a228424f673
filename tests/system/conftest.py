"""Who may run these tests, and the hosts that they run on."""

import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

# pylint: disable=wrong-import-position
from engine import ROOTFS
from host_lab import ONLAN, HostLab


def _missing():
    if os.geteuid() != 0:
        return "these tests make network namespaces: they need root"
    if not os.access(ONLAN, os.X_OK):
        return f"no program to test: {ONLAN} (environment variable ONLAN)"
    if not (ROOTFS / "usr/sbin/dockerd").exists():
        return f"no Docker engine in {ROOTFS}: make one with scripts/docker_rootfs.sh"
    return None


def pytest_sessionstart():
    # A terminated run takes away what it made, as an interrupted one does.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated"))


# Parameters of module-wide fixtures: a host is built for each.
HOSTS = ("crashing", "mode", "world")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    report = (yield).get_result()
    if report.skipped and os.environ.get("CI") == "true":  # nothing may be skipped there
        report.outcome = "failed"


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in its own hook
def pytest_collection_modifyitems(items):
    for item in items:  # one worker builds a host and runs all that is tested on it
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        host = [str(parameters[name]) for name in HOSTS if name in parameters]
        item.add_marker(pytest.mark.xdist_group("-".join([item.module.__name__, *host])))
    if missing := _missing():
        if os.environ.get("CI") == "true":
            pytest.exit(missing, returncode=1)
        for item in items:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="module")
def lab():
    """A host whose uplink is the bridge br-up."""
    with HostLab() as host_lab:
        yield host_lab


@pytest.fixture(scope="module")
def nic_lab():
    """A host that has its addresses, routes and a policy rule on the NIC eno1."""
    with HostLab(uplink="nic") as host_lab:
        yield host_lab
