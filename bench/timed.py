"""Runs a command, and prints how long it took, its peak resident set and its exit code.

A program of its own, and a small one: what a process had resident when it forked counts as its child's peak as well,
even after the child's execve() (fs/exec.c, exec_mmap(): setmax_mm_hiwater_rss()).
"""

import os
import sys
import time

ACTIONS = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]

start = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=ACTIONS)
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - start, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
