"""What the tables of neighbours and the bridges know when a flow begins: everything, nothing, or what has grown old."""

import generate_outside
from scenario import HOST

STATES = ["as it is", "as it is", "warm", "cold", "aged", "stale", "failed"]
LOCATED = ["warm", "stale"]  # a bridge knows behind which of its ports a machine is


def before(world):
    """What to add to the flow: whom to ask, and shell lines by machine."""
    chance = 0.8 if world.opaque else 0.25
    state = world.random.choice(STATES) if world.chance(chance) else "as it is"
    if generate_outside.has_rival_edges(world):
        state = world.random.choice(LOCATED)
    visible = [name for name in world.machines if not world.machines[name].get("outside")]
    if state == "as it is":
        return {}
    if state == "cold":
        return {"before": dict.fromkeys(world.others, _FORGET) | {HOST: _forget_ports(world) + _FORGET}}
    asked = {name: others for name in visible if (others := _neighbours(world, name))}
    if state == "warm":
        return {"asked": asked}
    if state == "aged":
        return {"asked": asked, "before": {HOST: _forget_ports(world)}}
    return {"asked": asked, "before": dict.fromkeys(asked, _age(state))}


_FORGET = "ip neighbour flush all\n"


def _forget_ports(world):
    return "".join(f"ip link set {bridge} type bridge fdb_flush\n" for bridge in world.host["bridges"])


def _neighbours(world, name):
    """Everybody on the segments of the machine."""
    own = world.addresses_of([name])
    subnets = {address.rpartition(".")[0] for address in own}
    others = [address for address in world.addresses_of(world.machines)
              if address.rpartition(".")[0] in subnets and address not in own]
    return sorted(others)


def _age(state):
    return ("ip neighbour show nud reachable | while read -r address _ device _ mac _; do\n"
            f"  ip neighbour change $address dev $device lladdr $mac nud {state}\ndone\n")
