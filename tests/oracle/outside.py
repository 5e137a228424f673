"""Machines that really are there and that the snapshot does not hold: out on the LAN, beyond a router, in a tunnel."""

from scenario import HOST

NAME = "lan:"  # and the address: what onlan calls such a machine
OF_A_VETH = ("kind", "peer", "peer_netnsid")
KINDS = {"nic": {}, "bond": {"kind": "bond"}}  # in the snapshot


def hidden(snapshot, scenario, prefix):
    """The snapshot without what is outside. Where a cable leads there, a NIC is seen, or whatever it stands for."""
    machines = {HOST if name == HOST else prefix + name: name for name in scenario.visible}
    snapshot["namespaces"] = [netns for netns in snapshot["namespaces"] if netns["name"] in machines]
    for netns in snapshot["namespaces"]:
        netns["links"] = [_as_shown(link, scenario.shown.get(f"{machines[netns['name']]}/{link['name']}"))
                          for link in netns["links"]]
    return snapshot


def _as_shown(link, kind):
    if kind is None:
        return link
    return {key: value for key, value in link.items() if key not in OF_A_VETH} | KINDS[kind]


def names(scenario):
    """Which machine onlan means."""
    return {NAME + address: name for name, machine in scenario.machines.items() if machine.outside
            for address in machine.own_addresses}


def arrivals(scenario, place, reached):
    """Where a frame comes in that leaves the visible machines by this device, or one from outside that leaves there and
    goes on in the machines `reached`."""
    other = {one: end for link in scenario.links for one, end in (link, reversed(link))}
    if not scenario.machines[place.partition("/")[0]].outside:
        return [other[place]] if place in other else []
    edges = _edges(scenario, other, place, set())
    return [edge for edge in edges if edge.partition("/")[0] in reached]


def _edges(scenario, other, place, seen):
    """The ends of cables in visible machines that a frame reaches from a device outside, over switches."""
    end = other.get(place)
    if end is None or end in seen:
        return
    seen.add(end)
    name, _, device = end.partition("/")
    machine = scenario.machines[name]
    if not machine.outside:
        yield end
        return
    for ports in machine.bridges.values():
        for port in ports if device in ports else []:
            if port != device:
                yield from _edges(scenario, other, f"{name}/{port}", seen)
