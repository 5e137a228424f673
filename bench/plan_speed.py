"""`onlan plan` on a host with 200 real containers and 2,000 iptables rules."""

import concurrent.futures
import pathlib

from configuration import BRIDGE_MODE
from host_lab import HostLab

CONTAINERS, RULES, RUNS = 200, 2000, 9
AT_ONCE = 8
CHANGES_SHOWN = 3  # onlan's exit code
TIMED = pathlib.Path(__file__).with_name("timed.py")


def measure_plan(progress):
    """The seconds and the KiB of each run."""
    with HostLab() as host:
        progress(f"starting {CONTAINERS} containers")
        host.engine.docker("network", "create", "app")
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            containers = list(pool.map(lambda number: _run_container(host.engine, f"app{number}"), range(CONTAINERS)))
            try:
                _add_rules(host)
                host.write(BRIDGE_MODE)
                progress(f"onlan plan, {RUNS} times")
                runs = [_timed_plan(host) for _ in range(RUNS)]
                progress("removing the containers")
            finally:
                list(pool.map(lambda identity: host.engine.ask("DELETE", f"/containers/{identity}?force=1"), containers))
    return {"seconds": [seconds for seconds, _ in runs], "peak_kib": [peak for _, peak in runs]}


def _run_container(engine, name):
    made = engine.ask("POST", f"/containers/create?name={name}",
                      {"Image": "box", "Cmd": ["/bin/sleep", "1000000"], "HostConfig": {"NetworkMode": "app"}})
    engine.ask("POST", f"/containers/{made['Id']}/start")
    return made["Id"]


def _add_rules(host):
    rules = (f"-A HOUSE -s 10.{number // 250}.{number % 250}.0/24 -p tcp -m tcp --dport {10000 + number} -j ACCEPT"
             for number in range(RULES))
    host.host.run("iptables-restore", "--noflush", input="\n".join(["*filter", ":HOUSE - [0:0]", *rules, "COMMIT", ""]))


def _timed_plan(host):
    printed = host.host.run("/usr/bin/python3", "-IS", TIMED, *host.onlan_command("plan"))
    seconds, peak_kib, code = printed.split()
    if int(code) != CHANGES_SHOWN:
        raise RuntimeError(f"onlan plan: exit {code}")
    return float(seconds), int(peak_kib)
