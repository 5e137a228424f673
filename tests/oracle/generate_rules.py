"""Random rule sets for iptables-restore: as Docker writes them, as ufw does, and of any kind."""

# More than a few flows have packets: the first of them find each limit fresh.
LIMITS = ["-m limit --limit 1/min --limit-burst 200", "-m recent --set --name seen",
          "-m hashlimit --hashlimit-upto 1/min --hashlimit-burst 200 --hashlimit-mode srcip --hashlimit-name under",
          "-m hashlimit --hashlimit-above 200/sec --hashlimit-burst 200 --hashlimit-mode dstip --hashlimit-name over",
          "-m connlimit --connlimit-above 500", "-m connlimit --connlimit-upto 500"]


def docker(world):
    """Two releases' shapes; the container networks are bridges of the host that have an address."""
    networks = [bridge for bridge in world.host["bridges"] if world.host["addresses"].get(bridge, "").endswith("/24")]
    networks = world.random.sample(networks, min(len(networks), world.random.choice([1, 2])))
    policy = world.random.choice(["ACCEPT", "DROP"])
    proxy = world.chance(0.7)
    nat, chain, forward = [], [], []
    for bridge in networks:
        subnet = world.host["addresses"][bridge].replace(".254/", ".0/")
        nat.append(f"-A POSTROUTING -s {subnet} ! -o {bridge} -j MASQUERADE")
        forward += [f"-A FORWARD -o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                    f"-A FORWARD -o {bridge} -j DOCKER",
                    f"-A FORWARD -i {bridge} -j ACCEPT"]
        for address, port, protocol in _publish(world, bridge):
            unless = f"! -i {bridge} " if proxy else ""
            nat.append(f"-A DOCKER {unless}-p {protocol} -m {protocol} --dport {port}"
                       f" -j DNAT --to-destination {address}:80")
            chain.append(f"-A DOCKER -d {address}/32 ! -i {bridge} -o {bridge}"
                         f" -p {protocol} -m {protocol} --dport 80 -j ACCEPT")
            if not proxy:
                nat.append(f"-A POSTROUTING -s {address}/32 -d {address}/32 -p {protocol} -m {protocol} --dport 80"
                           " -j MASQUERADE")
        if policy == "DROP" or world.chance(0.3):
            chain.append(f"-A DOCKER ! -i {bridge} -o {bridge} -j DROP")
    user = [f"-A DOCKER-USER -i {bridge} -j ACCEPT" for bridge in world.host["bridges"] if world.chance(0.2)]
    first = "-A FORWARD -j DOCKER-USER"
    local = "-A OUTPUT ! -d 127.0.0.0/8" if proxy else "-A OUTPUT"
    return _table("nat", [":DOCKER - [0:0]", "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
                          f"{local} -m addrtype --dst-type LOCAL -j DOCKER", *nat]) \
        + _table("filter", [f":FORWARD {policy} [0:0]", ":DOCKER - [0:0]", ":DOCKER-USER - [0:0]",
                            first, *forward, *chain, *user])


def _publish(world, bridge):
    """Ports of the machines on the bridge; of some a proxy listens on the host, as Docker's does."""
    for name in world.others:
        if f"p-{name}" not in world.host["bridges"][bridge] or world.chance(0.4):
            continue
        address = world.addresses_of([name])[0]
        port, protocol = 5000 + len(world.published), world.random.choice(["tcp", "tcp", "udp"])
        world.published.append((port, protocol, address, 80))
        if world.chance(0.3):
            world.host["servers"].append(f"{port}/{protocol}")
        yield address, port, protocol


def ufw(world):
    forward = world.random.choice(["ACCEPT", "DROP"])
    state = world.random.choice(["-m conntrack --ctstate", "-m state --state"])
    lines = [":INPUT DROP [0:0]", f":FORWARD {forward} [0:0]",
             ":ufw-before-input - [0:0]", ":ufw-before-forward - [0:0]", ":ufw-user-input - [0:0]",
             "-A INPUT -j ufw-before-input", "-A FORWARD -j ufw-before-forward",
             "-A ufw-before-input -i lo -j ACCEPT",
             f"-A ufw-before-input {state} RELATED,ESTABLISHED -j ACCEPT"]
    if world.chance(0.7):
        lines.append(f"-A ufw-before-input {state} INVALID -j DROP")
    if world.chance(0.7):
        lines.append("-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT")
    lines += ["-A ufw-before-input -j ufw-user-input",
              f"-A ufw-before-forward {state} RELATED,ESTABLISHED -j ACCEPT"]
    if world.chance(0.4):
        lines.append(f"-A ufw-before-forward {state} INVALID -j DROP")
    lines.append("-A ufw-before-forward -p icmp -m icmp --icmp-type 8 -j ACCEPT")
    for protocol in ("tcp", "udp"):
        if world.chance(0.5):
            lines.append(f"-A ufw-user-input -p {protocol} -m {protocol} --dport 2222 -j ACCEPT")
    return _table("filter", lines)


def raw(world):
    """A handful of rules of any kind."""
    text = ""
    for table, chains in (("raw", ["PREROUTING", "OUTPUT"]),
                          ("mangle", ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]),
                          ("nat", ["PREROUTING", "POSTROUTING", "OUTPUT"]),
                          ("filter", ["INPUT", "FORWARD", "OUTPUT"])):
        if world.chance(0.45):
            rules = [_rule(world, table, world.random.choice(chains)) for _ in range(world.random.choice([1, 1, 2]))]
            text += _table(table, rules)
    return text


def _rule(world, table, chain):
    matches = _matches(world, chain)
    return " ".join(["-A", chain, *matches, "-j", _target(world, table, chain, matches)])


def _matches(world, chain):
    matches = []
    bang = "! " if world.chance(0.2) else ""
    if chain in ("PREROUTING", "INPUT", "FORWARD") and world.chance(0.5):
        matches.append(f"{bang}-i {world.random.choice(world.devices)}")
    if chain in ("FORWARD", "OUTPUT", "POSTROUTING") and world.chance(0.4):
        matches.append(f"{bang}-o {world.random.choice(world.devices)}")
    address = world.random.choice(world.addresses_of(world.machines))
    if world.chance(0.4):
        side, length = world.random.choice(["-s", "-d", "! -s", "! -d"]), world.random.choice([32, 32, 24])
        matches.append(f"{side} {address}/{length}")
    protocol = world.random.choice(["tcp", "udp", "icmp", ""])
    if protocol:
        matches.append(f"-p {protocol}")
    if protocol in ("tcp", "udp") and world.chance(0.5):
        matches.append(f"-m {protocol} --dport {world.random.choice([80, 80, 2222, 5000])}")
    if world.chance(0.35):
        matches.append(_special_match(world, chain))
    return matches


def _special_match(world, chain):
    port = world.random.choice([port for ports in world.host["bridges"].values() for port in ports])
    states = ["NEW", "INVALID", "ESTABLISHED", "RELATED,ESTABLISHED", "UNTRACKED", "DNAT", "SNAT"]
    choices = [f"-m conntrack --ctstate {world.random.choice(states)}"] * 2
    side = "src" if chain == "POSTROUTING" else world.random.choice(["src", "dst"])
    choices += [f"-m addrtype --{side}-type LOCAL", "-m mark --mark 0x1", world.random.choice(LIMITS)]
    if chain in ("PREROUTING", "INPUT", "FORWARD"):
        choices.append(f"-m physdev --physdev-in {port}")
    if chain in ("FORWARD", "POSTROUTING"):
        choices += [f"-m physdev --physdev-out {port} --physdev-is-bridged", "-m physdev --physdev-is-bridged"]
    return world.random.choice(choices)


def _target(world, table, chain, matches):
    if table == "raw":
        return world.random.choice([*["CT --notrack"] * 2, "DROP", "ACCEPT", "CT --zone 1", "CT --zone-orig 1"])
    if table == "mangle":
        if world.intercepts and chain == "PREROUTING" and {"-p tcp", "-p udp"} & set(matches):
            return "TPROXY --on-port 3129 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1"
        return world.random.choice(["ACCEPT", "DROP", "MARK --set-xmark 0x1/0xffffffff"])
    if table == "filter":
        reject = world.random.choice(["icmp-port-unreachable", "icmp-host-unreachable", "icmp-admin-prohibited",
                                      *["tcp-reset"] * ("-p tcp" in matches)])
        return world.random.choice(["ACCEPT", "DROP", f"REJECT --reject-with {reject}"])
    if chain == "POSTROUTING":
        own = world.random.choice(world.addresses_of(["host"]) or world.addresses_of(world.others))
        ports = ":3000-3009" if {"-p tcp", "-p udp"} & set(matches) and world.chance(0.3) else ""
        return world.random.choice(["MASQUERADE", "MASQUERADE", "MASQUERADE --random-fully", "ACCEPT",
                                    f"SNAT --to-source {own}{ports}"])
    address = world.addresses_of([world.random.choice(world.others)])[0]
    if not {"-p tcp", "-p udp"} & set(matches):
        return world.random.choice(["ACCEPT", f"DNAT --to-destination {address}"])
    return world.random.choice([f"DNAT --to-destination {address}:80", "REDIRECT --to-ports 2222", "ACCEPT"])


def _table(name, lines):
    return "\n".join([f"*{name}", *sorted(lines, key=lambda line: line.startswith("-")), "COMMIT", ""])
