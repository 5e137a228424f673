"""Which commands and options each text knows, as {command: options}; "" has the options of every command."""

import pathlib
import re
import shlex
import subprocess

from host_lab import ONLAN

ROOT = pathlib.Path(__file__).parents[2]
MAN = ROOT / "docs/man/onlan.8"
COMPLETIONS = ROOT / "packaging/completions"

OPTION = re.compile(r"--?\w[\w-]*")


def _help(*command):
    text = subprocess.run([ONLAN, *command, "--help"], capture_output=True, text=True, check=True).stdout
    return {heading: re.findall(r"^  (\S+)", lines, re.MULTILINE)
            for heading, lines in re.findall(r"^(\w+):\n((?:  .*\n)+)", text, re.MULTILINE)}


def _spellings(words):
    return {option for word in words for option in word.split(",") if option.startswith("-")}


def program():
    page = _help()
    everywhere = _spellings(page["Options"])
    return {"": everywhere} | {command: _spellings(_help(command)["Options"]) - everywhere
                               for command in page["Subcommands"]}


def _flags(mdoc):
    """`.Fl y , -yes` is -y and --yes."""
    for line in re.findall(r"^\.(?:It |Op )?Fl (.+)", mdoc, re.MULTILINE):
        yield {f"-{word}" for word in line.split(" Ar ")[0].split() if word not in (",", ".", ")")}


def _section(name):
    return re.search(rf"^\.Sh {name}\n(.*?)^\.Sh ", MAN.read_text(), re.MULTILINE | re.DOTALL)[1]


def _man(parts):
    """Where the page writes one spelling of an option, its entry in a list of options has the others."""
    entries = list(_flags("\n".join(re.findall(r"^\.It Fl .*", MAN.read_text(), re.MULTILINE))))
    known = {"": set().union(*_flags(_section("OPTIONS")))}
    for command, text in parts:
        written = set().union(*_flags(text))
        known.setdefault(command, set()).update(written, *(entry for entry in entries if entry & written))
    return known


def synopsis():
    return _man(re.findall(r"^\.Cm (\w+)(.*?)(?=^\.Nm|\Z)", _section("SYNOPSIS"), re.MULTILINE | re.DOTALL))


def manual():
    return _man(re.findall(r"^\.It Cm (\w+)(.*?)(?=^\.It Cm|\Z)", _section("COMMANDS"), re.MULTILINE | re.DOTALL))


def complete_in_bash(line, folder=ROOT):
    """What bash offers at the end of the line."""
    words = re.findall(r"=|[^\s=]+", line) + [""] * line.endswith(" ")  # readline breaks words at "="
    script = f"""source {COMPLETIONS}/onlan.bash
        COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}
        _onlan
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    printed = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    assert printed.stderr == ""
    return set(printed.stdout.split())


def _only_options(words):
    return {word for word in words if word.startswith("-")}


def bash():
    words = complete_in_bash("onlan ")
    everywhere = _only_options(words)
    return {"": everywhere} | {command: _only_options(complete_in_bash(f"onlan {command} ")) - everywhere
                               for command in words - everywhere}


def _after(flag, words):
    return [word for previous, word in zip(words, words[1:]) if previous == flag]


def fish():
    known = {"": set()}
    for line in re.findall(r"^complete -c onlan .*", (COMPLETIONS / "onlan.fish").read_text(), re.MULTILINE):
        words = shlex.split(line)
        options = {f"-{short}" for short in _after("-s", words)} | {f"--{long}" for long in _after("-l", words)}
        condition = " ".join(_after("-n", words))
        if condition.startswith("not "):
            known.update({command: set() for command in _after("-a", words)})
            continue
        for command in condition.split()[1:] or [""]:
            known[command] |= options
    return known


def zsh():
    text = (COMPLETIONS / "onlan.zsh").read_text()
    lists = dict(re.findall(r"^    (\w+)=\(\n(.*?)^    \)", text, re.MULTILINE | re.DOTALL))

    def options(arguments):
        expanded = re.sub(r"\$(global|changing)", lambda name: lists[name[1]], arguments)
        specifications = (re.sub(r"^\(.*?\)", "", word).split("[")[0] for word in shlex.split(expanded))
        return {option for one in specifications if one.startswith(("-", "{")) for option in OPTION.findall(one)}

    everywhere = options("$global")
    arms = dict(re.findall(r"^        (\w+)\)(.*?);;", text, re.MULTILINE | re.DOTALL))
    commands = re.findall(r"'(\w+):", lists["commands"])
    return {"": everywhere} | {command: options(arms.get(command, "")) - everywhere for command in commands}
