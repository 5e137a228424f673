"""The README's table, cell by cell, for a test class to take over: who reaches whom, and who answers."""

import pytest

import probe

ROWS = {
    "container": ("router", "host", "published port", "LAN machine"),
    "second": ("container on the LAN",),
    "LAN machine": ("host", "published port", "container on the LAN"),
    "host": ("router", "published port", "container on the LAN", "LAN machine"),
}
ORDINARY = {"ordinary container": ("router", "host", "published port", "container on the LAN", "LAN machine")}


def cells(rows):
    return [pytest.param(client, target, id=f"{client} to {target}") for client, row in rows.items() for target in row]


def make_table_tests(rows, targets):
    """A class with a test for each cell and protocol. The module has the fixture `world`."""
    every = cells(rows)

    class TestTable:
        @pytest.mark.parametrize("client, target", every)
        def test_tcp_is_delivered(self, world, client, target):
            address, port, server = targets[target]
            assert probe.tcp(world.clients[client], address, port) == f"delivered by {server}"

        @pytest.mark.parametrize("client, target", every)
        def test_udp_is_delivered(self, world, client, target):
            address, port, server = targets[target]
            assert probe.udp(world.clients[client], address, port) == f"delivered by {server}"

        @pytest.mark.parametrize("client, target", [cell for cell in every if cell.values[1] != "published port"])
        def test_ping_is_answered(self, world, client, target):
            address = targets[target][0]
            assert probe.ping(world.clients[client], address) == f"delivered by {address}"

    return TestTable
