"""What onlan says about a LAN, to people and to scripts."""

import json

import pytest

from configuration import BRIDGE_MODE


@pytest.fixture(scope="module")
def up(lab):
    lab.write(BRIDGE_MODE)
    lab.onlan("up", "--yes")
    lab.engine.run("web", "--network", "lan137", "--ip", "192.168.137.210")
    yield lab
    lab.engine.docker("rm", "--force", "web")
    lab.onlan("down", "--yes")


def test_status_shows_guards_and_containers(up):
    shown = up.onlan("status").stdout
    assert shown.startswith("lan137: as configured\n")
    for words in ("docker-bridge", "br-up", "in place", "web", "192.168.137.210/24"):
        assert words in shown


def test_status_is_one_versioned_json_document_for_scripts(up):
    document = json.loads(up.onlan("status", "--json").stdout)
    lan = document["lans"][0]
    assert document["schema"] == "onlan/status/1"
    assert (lan["lan"], lan["state"], lan["network"], lan["drift"]) == ("lan137", "as-configured", "lan137", [])
    assert [(one["container"], one["ipv4"]) for one in lan["endpoints"]] == [("web", "192.168.137.210/24")]


def test_colours_are_for_terminals_or_on_request(up):
    assert "\x1b" not in up.onlan("status").stdout
    assert "\x1b[32mas configured\x1b[0m" in up.onlan("status", "--color", "always").stdout


def test_verbose_says_what_is_read_and_asked(up):
    told = up.onlan("status", "-v")
    for what in ("onlan.yaml", "journal", up.engine.url):
        assert what in told.stderr
    assert told.stdout == up.onlan("status").stdout


def test_an_up_that_has_nothing_to_do_is_an_empty_plan_for_scripts(up):
    assert json.loads(up.onlan("plan", "--json").stdout)["changes"] == []


def test_an_unknown_lan_is_named(up):
    assert "there is no LAN lan138" in up.onlan("status", "lan138", expect=1).stderr


@pytest.mark.parametrize("command, outcome", [(("up", "--yes"), "nothing-to-do"), (("down", "--dry-run"), "dry-run")],
                         ids=str)
def test_up_and_down_end_with_one_versioned_document_for_scripts(up, command, outcome):
    document = json.loads(up.onlan(*command, "--json").stdout)
    assert (document["schema"], document["command"], document["outcome"]) == ("onlan/report/1", command[0], outcome)
    assert (document["plan"]["changes"] == []) == (outcome == "nothing-to-do")
    assert document["errors"] == []


def test_what_could_not_be_done_is_in_the_document_and_on_standard_error(up):
    refused = up.onlan("down", "nosuch", "--yes", "--json", expect=1)
    document = json.loads(refused.stdout)
    assert document["outcome"] == "failed"
    assert [f"onlan: error: {error}" for error in document["errors"]] == refused.stderr.splitlines()
