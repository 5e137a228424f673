"""A Compose file that uses the LAN as an external network, with a fixed address."""

import pytest

import probe
from configuration import MODES
from host_lab import HostLab
from lan import HOST, ROUTER

ADDRESS = "192.168.137.211"
COMPOSE_FILE = f"""\
services:
  web:
    image: box
    command: /bin/sleep 1000000
    stop_grace_period: 0s
    networks:
      lan:
        ipv4_address: {ADDRESS}
networks:
  lan:
    name: lan137
    external: true
"""


@pytest.fixture(scope="module", params=MODES)
def lab(request):
    with HostLab() as host_lab:
        host_lab.serve(host_lab.router, "router", 9000)
        host_lab.run_ordinary_container("registry", 5000)
        if host_lab.engine.attempt_docker("compose", "version").returncode != 0:
            pytest.skip("this Docker has no compose plugin: make a new root file system with scripts/docker_rootfs.sh")
        host_lab.write(MODES[request.param])
        host_lab.onlan("up", "--yes")
        yield host_lab


def compose(lab, *command):
    return lab.engine.docker("compose", "--project-name", "shop", "--file", "-", *command, input=COMPOSE_FILE)


def test_a_service_has_its_address_and_reaches_the_lan(lab):
    compose(lab, "up", "--detach")
    web = lab.engine.namespace_of("shop-web-1")
    lab.serve(web, "web", 9000)
    assert lab.engine.address_of("shop-web-1", "lan137") == ADDRESS
    assert [probe.tcp(web, ROUTER, 9000), probe.tcp(web, HOST, 5000), probe.tcp(lab.pc, ADDRESS, 9000)] == [
        "delivered by router", "delivered by registry", "delivered by web"]


def test_compose_down_leaves_the_network_to_onlan(lab):
    compose(lab, "up", "--detach")
    compose(lab, "down")
    lab.onlan("status", expect=0)
    lab.onlan("down", "--yes")
