"""`onlan export`: what it prints can be used as it is, and comes to the same as `onlan up`."""

import json
import os

import pytest

from configuration import MACVLAN_MODE, MODES, NIC_MODE, SUBNET6
from host_lab import HostLab
from state import difference, whole_state

# What a NIC can carry besides addresses and plain routes.
EXTRAS = """\
address add 192.168.137.252/24 dev eno1
address add 10.20.0.5/32 dev eno1 label eno1:x
-6 address add fd00:137::77/64 dev eno1 nodad noprefixroute
route add 10.30.0.0/16 via 192.168.137.245 dev eno1 mtu lock 1400 initcwnd 20 proto static table 200
route add 10.31.0.0/16 via 10.1.2.3 dev eno1 onlink
route add 10.32.0.0/16 via 192.168.137.245 dev eno1 metric 7 src 192.168.137.252 proto 17
-6 route add fd00:9::/64 via fd00:137::245 dev eno1 metric 5
rule add from 10.20.0.5 oif eno1 fwmark 0x5/0xff lookup 200 priority 900
rule add not to 10.40.0.0/16 iif eno1 ipproto tcp dport 80-90 lookup 200 suppress_prefixlength 0 priority 901
rule add iif eno1 uidrange 100-200 prohibit priority 902 protocol 17
-6 rule add iif eno1 lookup 200 priority 903"""


def run_by_hand(lab, commands):
    """In a shell on the host, whose `docker` is that of the lab's engine."""
    tools = lab.folder / "tools"
    tools.mkdir()
    docker = tools / "docker"
    docker.write_text(f"#!/bin/sh\nexec nsenter --mount=/proc/{lab.engine.process.pid}/ns/mnt "
                      'docker --host unix:///run/state/docker.sock "$@"\n')
    docker.chmod(0o755)
    lab.host.run("sh", "-e", "-c", commands, env={"PATH": f"{tools}:{os.environ['PATH']}"})


def exported(lab):
    """Sorted: the kernel lists addresses that were moved to and fro in another order."""
    return sorted(lab.onlan("export", "commands").stdout.splitlines())


def assert_commands_do_what_up_does(lab, *how):
    before = whole_state(lab)
    commands = lab.onlan("export", "commands").stdout
    lab.onlan("up", "--yes", *how)
    made = whole_state(lab)
    assert exported(lab) == sorted(commands.splitlines())
    lab.onlan("down", "--yes", *how)
    assert difference(before, whole_state(lab)) == ""
    run_by_hand(lab, commands)
    assert difference(made, whole_state(lab)) == ""
    # It carries onlan's marks: `up` takes it for its own, and changes nothing.
    assert "recorded again" in lab.onlan("up", "--yes", *how).stderr
    assert difference(made, whole_state(lab)) == ""
    lab.onlan("status", expect=0)
    assert exported(lab) == sorted(commands.splitlines())
    return before


@pytest.mark.parametrize("configuration", [MODES["docker-bridge"], MACVLAN_MODE + SUBNET6],
                         ids=["docker-bridge", "macvlan"])
def test_the_commands_do_what_up_does(configuration):
    with HostLab() as lab:
        lab.write(configuration)
        before = assert_commands_do_what_up_does(lab)
        lab.onlan("down", "--yes")
        assert difference(before, whole_state(lab)) == ""


def test_the_commands_move_all_that_a_nic_carries():
    with HostLab(uplink="nic") as lab:
        for line in EXTRAS.splitlines():
            lab.host.ip(line)
        lab.write(NIC_MODE)
        assert_commands_do_what_up_does(lab, "--confirm", 0)


def test_what_no_tool_has_words_for_is_an_error_and_no_wrong_command():
    with HostLab(uplink="nic") as lab:
        lab.host.ip("rule add iif eno1 tun_id 7 lookup 200 priority 900")
        lab.write(NIC_MODE)
        refused = lab.onlan("export", "commands", expect=1)
        assert refused.stdout == ""
        assert "policy rule 900 has attribute 12, which onlan cannot express" in refused.stderr


@pytest.mark.parametrize("form, what", [("commands", "commands"), ("netplan", "files"), ("networkd", "files")])
def test_for_scripts_it_is_one_versioned_document(lab, form, what):
    lab.write(MODES["docker-bridge"])
    document = json.loads(lab.onlan("export", form, "--json").stdout)
    assert document["schema"] == "onlan/export/1"
    assert document[what]
