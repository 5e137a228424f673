"""Random LANs, routers, virtual machines and tunnels that a host has and its snapshot does not. All are ordinary."""

from scenario import HOST

INTERNET = "203.0.113"


def add(world):
    router = _nic(world, 1)
    if world.chance(0.2):
        _nic(world, 2)
    if world.chance(0.3):
        _virtual_machine(world)
    if world.chance(0.3):
        _tunnel(world)
    if router:
        _lead_to(world, router)
    _mend_gateways(world, router)


def has_rival_edges(world):
    """Whether some segment has two devices that lead outside: only the tables tell which of them."""
    segments = [world.machines[name]["addresses"]["eth0"].rpartition(".")[0] for name in world.edges]
    places = {(segment, world.edges[name]) for segment, name in zip(segments, world.edges, strict=True)}
    return len(places) > len({segment for segment, _ in places})


def is_outside(world, name):
    return world.machines[name].get("outside", False)


def is_asked(world, source, address):
    """Whether a flow is of use: someone outside is at one of its ends mostly, and rarely at both."""
    target = next((name for name in world.machines if address in world.addresses_of([name])), HOST)
    if not world.addresses_of([source]) or _is_far_end(world, target, address):
        return False
    ends = [name for name in (source, target) if is_outside(world, name)]
    if len(ends) == 2:
        return world.chance(0.1) and _edge(world, source) != _edge(world, target)
    return len(ends) == 1 or world.chance(0.15)


def _is_far_end(world, name, address):
    """Of a router: whom one asks out there is a machine of its own."""
    return is_outside(world, name) and address == world.machines[name]["addresses"].get("eth1", "").partition("/")[0]


def _edge(world, name):
    """The host's device behind which a machine outside is."""
    return world.edges[name]


def _add(world, segment, edge):
    name = world.add_machine(f"m{len(world.machines)}", segment)
    world.machines[name]["outside"] = True
    world.edges[name] = edge
    return name


def _nic(world, number):
    """A port of a bridge or a device of its own, and a switch with machines behind it. The router, if there is one."""
    nic, switch = f"nic{number}", f"switch{number}"
    if world.chance(0.7):
        bridge = world.random.choice(list(world.host["bridges"]))
        world.host["bridges"][bridge].append(nic)
        segment = world.segment_of(bridge)
    else:
        segment = 60 + number
        world.host["addresses"][nic] = f"10.{segment}.0.254/24"
        world.devices.append(nic)
    if world.chance(0.85):
        world.shown[f"host/{nic}"] = world.random.choice(["nic", "nic", "bond"])
    world.cables.append(f"host/{nic} -- {switch}/uplink")
    world.machines[switch] = {"addresses": {}, "bridges": {"sw": ["uplink"]}, "outside": True}
    names = [_add(world, segment, nic) for _ in range(world.random.choice([1, 1, 2]))]
    router = _router(world, segment, nic) if number == 1 and world.chance(0.6) else None
    for name in [*names, *[router] * bool(router)]:
        world.cables.append(f"{name}/eth0 -- {switch}/p-{name}")
        world.machines[switch]["bridges"]["sw"].append(f"p-{name}")
    return router


def _router(world, segment, nic):
    router = _add(world, segment, nic)
    far = f"m{len(world.machines)}"
    world.machines[router]["addresses"]["eth1"] = f"{INTERNET}.254/24"
    world.machines[router]["sysctls"] = {"net.ipv4.ip_forward": 1}
    world.machines[far] = {"addresses": {"eth0": f"{INTERNET}.{world.random.randint(1, 200)}/24"}, "outside": True,
                           "ip": f"route add default via {INTERNET}.254\n", "servers": ["80/tcp", "80/udp"]}
    world.edges[far] = nic
    world.cables.append(f"{router}/eth1 -- {far}/eth0")
    return router


def _lead_to(world, router):
    """The host's default route, and that of some of those who are on the router's segment too. The router knows the
    host's networks, and what is for others is lost in the Internet."""
    address = world.addresses_of([router])[0]
    subnet = address.rpartition(".")[0] + "."
    networks = {own.rpartition(".")[0] for own in world.addresses_of(["host"])} - {subnet[:-1]} | {"10.98.0"}
    machine = world.machines[router]
    machine["ip"] = f"route add default via {world.addresses_of([_beyond(world, router)])[0]}\n"
    if any(own.startswith(subnet) for own in world.addresses_of(["host"])):
        world.host["ip"] = world.host.get("ip", "") + f"route add default via {address}\n"
        machine["ip"] += "".join(f"route add {network}.0/24 via {subnet}254\n" for network in sorted(networks))
    for name in world.others:
        machine = world.machines[name]
        if not is_outside(world, name) and machine["addresses"]["eth0"].startswith(subnet) and world.chance(0.4):
            machine["ip"] = f"route add default via {address}\n"


def _mend_gateways(world, router):
    """Nobody asks a gateway that is not there: where the host has no address, it is the router or none."""
    there = world.addresses_of(world.machines)
    for machine in world.machines.values():
        words = machine.get("ip", "").split()
        if words[:4] != ["route", "add", "default", "via"] or words[4] in there:
            continue
        subnet = words[4].rpartition(".")[0]
        is_near = router and world.addresses_of([router])[0].rpartition(".")[0] == subnet
        machine["ip"] = f"route add default via {world.addresses_of([router])[0]}\n" if is_near else ""


def _beyond(world, router):
    """The machine at the router's other side. It does not forward."""
    cable = next(cable for cable in world.cables if cable.startswith(f"{router}/eth1 -- "))
    return cable.partition(" -- ")[2].partition("/")[0]


def _virtual_machine(world):
    """Behind a tap, which is a port of a bridge."""
    bridge = world.random.choice(list(world.host["bridges"]))
    name = _add(world, world.segment_of(bridge), "tap1")
    world.tunnels.append(f"host/tap1 -- {name}/eth0 mode tap")
    world.host["bridges"][bridge].append("tap1")


def _tunnel(world):
    """The other end of a VPN."""
    name = _add(world, 90, "tun1")
    machine = world.machines[name]
    machine["ip"] = "route add default dev eth0\n"
    world.tunnels.append(f"host/tun1 -- {name}/eth0 mode tun")
    world.devices.append("tun1")
    if world.chance(0.5):
        world.host["addresses"]["tun1"] = "10.90.0.254/24"
    else:
        world.host["addresses"]["tun1"] = "10.90.0.254/32"
        world.host["ip"] = world.host.get("ip", "") + "route add 10.90.0.0/24 dev tun1\n"
