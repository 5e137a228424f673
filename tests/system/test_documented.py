"""The manual page and the completions know every command and option of the program, and no others."""

import pytest

import documented
from documented import complete_in_bash


@pytest.mark.parametrize("text", [documented.synopsis, documented.manual, documented.bash, documented.fish, documented.zsh])
def test_what_the_program_knows_is_what_is_written(text):
    assert text() == documented.program()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "onlan.yaml").write_text("lans:\n  lan1:\n    subnet: 10.0.0.0/24\n  lan2:\n")
    (tmp_path / "other.yaml").write_text("version: 1\nlans:\n  \"cameras\":\n    mode: x\n  'phones': {}\n")
    return tmp_path


@pytest.mark.parametrize(("line", "offered"), [
    ("onlan up lan", {"lan1", "lan2"}),
    ("onlan -f other.yaml down c", {"cameras"}),
    ("onlan --file=other.yaml down p", {"phones"}),
    ("onlan down --file=other.yaml p", {"phones"}),
    ("onlan --file=oth", {"other.yaml"}),
    ("onlan --file=", {"onlan.yaml", "other.yaml"}),
    ("onlan --color=al", {"always"}),
    ("onlan --state-dir=up ex", {"explain", "export"}),
])
def test_bash_completes(folder, line, offered):
    assert complete_in_bash(line, folder) == offered
