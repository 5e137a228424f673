"""The figures as ratios, and which promise they keep."""

import statistics

from setups import BY_HAND, DOCKER_BRIDGE, MACVLAN, SETUPS
from traffic import MEASURES, PACKETS, PACKETS_FROM_LAN

# Two hosts that are set up alike differ by 0.01 in one run. The comments that mark onlan's iptables rules as its own are
# one match more for each packet; they cost 0.01 to 0.02.
SAME = 0.03
MACVLAN_GAIN = 1.4
PLAN_SECONDS, PLAN_MIB = 0.5, 30


def ratio(figures, measure, setup, base=BY_HAND):
    """The median of the rounds' ratios: what slows a whole round down does not count."""
    rounds = figures[measure.name]
    return statistics.median(one / other for one, other in zip(rounds[setup], rounds[base]))


def traffic_table(figures):
    """Each set-up relative to the one by hand, which is also given in units."""
    rows = [["", *(setup.name for setup in SETUPS), "by hand is"]]
    for measure in MEASURES:
        absolute = statistics.median(figures[measure.name][BY_HAND])
        rows.append([measure.name, *(f"{ratio(figures, measure, setup.name):.2f}" for setup in SETUPS),
                     f"{absolute:.1f} {measure.unit}"])
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]) for name, *cells in rows)


def traffic_promises(figures):
    for measure in (measure for measure in MEASURES if measure.steady):
        against = ratio(figures, measure, DOCKER_BRIDGE)
        slower = 1 - against if measure.more_is_better else against - 1
        yield slower <= SAME, f"docker-bridge is as fast as by hand within {SAME:.0%}, {measure.name}: {against:.2f}"
    for measure in (PACKETS, PACKETS_FROM_LAN):
        gain = ratio(figures, measure, MACVLAN, base=DOCKER_BRIDGE)
        yield gain >= MACVLAN_GAIN, f"macvlan carries {MACVLAN_GAIN} times docker-bridge's {measure.name}: {gain:.2f}"


def plan_promises(plan):
    seconds = statistics.median(plan["seconds"])
    mib = max(plan["peak_kib"]) / 1024
    yield seconds < PLAN_SECONDS, f"onlan plan takes less than {PLAN_SECONDS} s: {seconds:.2f} s"
    yield mib < PLAN_MIB, f"onlan plan stays below {PLAN_MIB} MiB: {mib:.1f} MiB"


def promise_lines(promises):
    return "\n".join(f"{'holds ' if holds else 'MISSED'}  {text}" for holds, text in promises)
