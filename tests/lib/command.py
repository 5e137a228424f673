"""Commands that print something and end."""

import os
import subprocess

PATIENCE = 60  # with whatever ends by itself, on a busy machine


def attempt(*words, input="", env=None):  # pylint: disable=redefined-builtin  # subprocess' own word
    """How it ended, and what it printed; that it did not end is an error. `env` is added to our environment."""
    words = [str(word) for word in words]
    try:
        return subprocess.run(words, input=input, env={**os.environ, **(env or {})}, text=True, capture_output=True,
                              check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{' '.join(words)}: it did not end in {PATIENCE} s\n{input}") from error


def run(*words, **how):
    """What it printed; that it failed is an error that says why."""
    done = attempt(*words, **how)
    if done.returncode != 0:
        why = done.stderr.strip() or done.stdout.strip() or f"exit {done.returncode}"
        raise RuntimeError(f"{' '.join(done.args)}: {why}\n{how.get('input', '')}")
    return done.stdout
