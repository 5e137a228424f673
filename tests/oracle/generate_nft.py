"""Random rule sets in nft's own language."""

FILTER_HOOKS = ("prerouting", "input", "forward", "output", "postrouting")


def ruleset(world):
    family = world.random.choice(["ip", "inet"])
    chains = []
    for hook in world.random.sample(FILTER_HOOKS, world.random.choice([1, 2])):
        priority = world.random.choice(["filter", "mangle", "-10", "10", *["raw"] * (hook in ("prerouting", "output"))])
        rules = [_filter_rule(world, hook, priority) for _ in range(world.random.choice([1, 2]))]
        chains.append(_chain(f"{hook}-{len(chains)}", "filter", hook, priority, rules))
    hook, priority = world.random.choice(FILTER_HOOKS), world.random.choice(["-20", "-5", "5", "20"])
    if world.chance(0.5):
        chains.append(_chain("dstnat", "nat", "prerouting", "dstnat", [_dnat_rule(world)]))
    if world.chance(0.4):
        device = world.random.choice(world.devices)
        unless = world.random.choice(["!= ", ""])
        chains.append(_chain("srcnat", "nat", "postrouting", "srcnat",
                             [f'oifname {unless}"{device}" counter masquerade']))
    text = f"table {family} oracle {{\n" + "".join(chains) + "}\n"
    if world.chance(0.4):
        text += (f"table {world.random.choice(['ip', 'inet'])} second {{\n"
                 + _chain(f"{hook}-second", "filter", hook, priority, [_filter_rule(world, hook, priority)]) + "}\n")
    if world.chance(0.25):
        text += ("table bridge oracle {\n"
                 + _chain("bridged", "filter", "forward", world.random.choice(["filter", "-10", "10"]),
                          [_bridge_rule(world)]) + "}\n")
    return text


def _chain(name, kind, hook, priority, rules):
    body = "".join(f"    {rule}\n" for rule in rules)
    return f"  chain {name} {{\n    type {kind} hook {hook} priority {priority};\n{body}  }}\n"


def _filter_rule(world, hook, priority):
    matches = []
    device = world.random.choice(world.devices)
    bang = world.random.choice(["", "", "!= "])
    if hook != "output" and world.chance(0.5):
        matches.append(f'iifname {bang}"{device}"')
    elif hook in ("output", "postrouting", "forward") and world.chance(0.5):
        matches.append(f'oifname {bang}"{device}"')
    matches.append(world.random.choice([
        f"ip {world.random.choice(['saddr', 'daddr'])} {world.random.choice(world.addresses_of(world.machines))}",
        f"{world.random.choice(['tcp', 'udp'])} dport {{ 80, 2222 }}",
        f"meta l4proto {world.random.choice(['tcp', 'udp', 'icmp'])}",
        f"ct state {world.random.choice(['new', 'invalid', 'established', 'untracked'])}",
        f"ct status {world.random.choice(['dnat', 'snat', 'seen-reply'])}",
        "meta mark 1", "ip protocol != icmp", "limit rate 200/second burst 200 packets",
        "limit rate over 200/second burst 200 packets", "ct count over 500", "ip daddr 10.1.0.0/24 ip saddr != 10.2.0.0/24",
        *["fib daddr type local"] * (hook in ("prerouting", "input")),
        *["iif != lo", "meta pkttype host"] * (hook == "prerouting"),
        *["fib saddr . iif oif missing"] * (hook == "prerouting")]))
    verdicts = ["accept", "drop", "drop", "meta mark set 1"]
    if hook in ("input", "forward", "output"):
        verdicts += ["reject", "reject with icmp type host-unreachable"]
    if priority == "raw":
        verdicts += ["notrack"] * 3
    if hook in ("input", "forward") and world.chance(0.15):
        return f'iifname vmap {{ "{device}" : {world.random.choice(["accept", "drop"])}, "lo" : accept }}'
    return f"{' '.join(matches)} counter {world.random.choice(verdicts)}"


def _dnat_rule(world):
    address = world.addresses_of([world.random.choice(world.others)])[0]
    protocol = world.random.choice(["tcp", "udp"])
    world.published.append((6000, protocol, address, 80))
    match = world.random.choice(["fib daddr type local ", f'iifname != "{world.random.choice(world.devices)}" ', ""])
    return f"{match}{protocol} dport 6000 counter dnat ip to {address}:80"


def _bridge_rule(world):
    ports = [port for ports in world.host["bridges"].values() for port in ports]
    match = world.random.choice([f'iifname "{world.random.choice(ports)}"', "ip protocol udp",
                                 f"ip daddr {world.random.choice(world.addresses_of(world.others))}"])
    return f"{match} counter drop"
