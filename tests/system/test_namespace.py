"""What the tests stand on: an error in a namespace says what failed there, and nothing of a namespace stays."""

import os
import re

import pytest

from namespace import Namespace


@pytest.fixture(name="namespace")
def new_namespace():
    with Namespace.new(f"onlan-test-{os.getpid()}-alone") as made:
        yield made


def inode():
    return os.stat("/proc/thread-self/ns/net").st_ino


def fail(word):
    raise ValueError(word)


def die():
    os._exit(0)


def test_commands_and_functions_run_in_it_and_the_caller_does_not(namespace):
    home, there = inode(), namespace.path.stat().st_ino
    assert home != there
    assert namespace.run("readlink", "/proc/self/ns/net") == f"net:[{there}]\n"
    assert namespace.call(inode) == there
    with namespace.entered():
        assert inode() == there
    assert inode() == home


def test_a_command_that_fails_is_named_with_its_reason_and_its_input(namespace):
    words = re.escape("ip -batch -: ") + r".*Cannot find device \"nosuch\"[\s\S]*link set nosuch up"
    with pytest.raises(RuntimeError, match=words):
        namespace.run("ip", "-batch", "-", input="link set nosuch up")


def test_a_sysctl_that_cannot_be_written_is_named(namespace):
    with pytest.raises(RuntimeError, match="net.ipv4.ip_forward = often in .*: Invalid argument"):
        namespace.write_sysctls({"net.ipv4.ip_forward": "often"})


def test_the_error_of_a_function_is_that_of_its_call(namespace):
    with pytest.raises(ValueError, match="no reason"):
        namespace.call(fail, "no reason")


def test_a_function_whose_process_ends_is_an_error(namespace):
    with pytest.raises(RuntimeError, match="ended without a word"):
        namespace.call(die)


def test_it_is_gone_afterwards_and_so_is_what_ran_in_it():
    with Namespace.new(f"onlan-test-{os.getpid()}-gone") as namespace:
        with namespace.running(lambda pipe: pipe.send(os.getpid()) or pipe.recv()) as (process, _):
            assert os.path.exists(f"/proc/{process}")
        assert not os.path.exists(f"/proc/{process}")
    assert not namespace.path.exists()
