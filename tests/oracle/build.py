"""Builds a scenario in throw-away namespaces on the running kernel."""

import contextlib
import itertools
import multiprocessing
import os
import pathlib
import stat

import command
import settled
from namespace import Namespace
from scenario import HOST
from tunnels import Tunnels

RESTORE = {"iptables": ("iptables-nft-restore", "--noflush"),
           "iptables-legacy": ("iptables-legacy-restore", "--noflush"),
           "ip6tables": ("ip6tables-nft-restore", "--noflush"),
           "nft": ("nft", "-f", "-")}

# A new namespace copies net.ipv4.conf of the machine that the test runs on, and a new device the timings of neighbours:
# here they start as the kernel is compiled (net/ipv4/devinet.c, net/ipv4/arp.c). What is not named here is 0.
CONF = {"accept_redirects": 1, "secure_redirects": 1, "send_redirects": 1, "shared_media": 1, "arp_evict_nocarrier": 1,
        "igmpv2_unsolicited_report_interval": 10000, "igmpv3_unsolicited_report_interval": 1000}
CONF_FIRST = "forwarding"  # it sets others
NEIGHBOUR = {"app_solicit": 0, "mcast_solicit": 3, "mcast_resolicit": 0, "ucast_solicit": 3, "anycast_delay": 100,
             "base_reachable_time_ms": 30000, "delay_first_probe_time": 5, "gc_stale_time": 60, "locktime": 100,
             "proxy_qlen": 64,
             # Only to be quick: who does not answer to three ARP requests is given up after 0.3 s, a proxy answers in 0.1 s.
             "retrans_time_ms": 100, "proxy_delay": 10}
# No ICMP error is held back (icmp_ratelimit 0 would: it empties the bucket that ip_error() takes from). Nothing comes when
# it likes to: no report of the kernel's own multicast groups, and no SYN+ACK of an earlier flow.
QUIET = {"net.ipv4.icmp_ratemask": 0, "net.ipv4.igmp_link_local_mcast_reports": 0, "net.ipv4.tcp_synack_retries": 0,
         "net.ipv4.ping_group_range": "0 2147483647"}
NO_IPV6 = {f"net.ipv6.conf.{which}.disable_ipv6": 1 for which in ("all", "default")}
QUICK_IPV6 = {f"net.ipv6.conf.{which}.{name}": 0
              for which in ("all", "default")
              for name in ("disable_ipv6", "forwarding", "accept_dad", "router_solicitations")}

_numbers = itertools.count()


def _as_compiled():
    names = [CONF_FIRST, *(path.name for path in pathlib.Path("/proc/sys/net/ipv4/conf/all").iterdir()
                           if path.stat().st_mode & stat.S_IWUSR)]
    return {f"net.ipv4.conf.{which}.{name}": CONF.get(name, 0) for name in names for which in ("all", "default")}


def prefix_of(run):
    """Of the namespaces of a run, that is of a process and its children."""
    return f"oracle-{run}-"


class Lab:
    """Use it in a `with`: nothing of it is left afterwards."""

    def __init__(self, scenario):
        self.scenario = scenario
        run = os.getpid() if multiprocessing.parent_process() is None else os.getppid()
        self.prefix = f"{prefix_of(run)}{os.getpid()}-{next(_numbers)}-"
        self.namespaces = {}
        self._made = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as made:
            self._build(made)
            self._made = made.pop_all()
        return self

    def __exit__(self, *exception):
        self._made.close()

    @property
    def host(self):
        return self.namespaces[HOST]

    def wait_until_settled(self):
        settled.wait(self.namespaces.values())

    def _build(self, made):
        for name in self.scenario.machines:
            namespace = self.namespaces[name] = made.enter_context(Namespace.new(self.prefix + name))
            namespace.write_sysctls(_as_compiled() | QUIET | (QUICK_IPV6 if self.scenario.ipv6 else NO_IPV6))
        command.run("ip", "-batch", "-", input="\n".join(map(self._cable, self.scenario.cables)))
        made.enter_context(Tunnels(self.namespaces, self.scenario.tunnels))
        for macvlan in self.scenario.macvlans:
            self._add_macvlan(macvlan)
        for name, machine in self.scenario.machines.items():
            self.namespaces[name].run("ip", "-batch", "-", input="\n".join(self._links(name, machine)))
        for name, machine in self.scenario.machines.items():
            self._hurry_neighbours(self.namespaces[name], [*self._devices(name), *machine.bridges])
            self._configure(self.namespaces[name], machine)
        self.wait_until_settled()
        for name, machine in self.scenario.machines.items():
            if machine.bridge:
                self.namespaces[name].run("bridge", "-batch", "-", input=machine.bridge)

    def _end(self, text):
        """MACHINE/DEVICE"""
        machine, _, device = text.partition("/")
        return self.namespaces[machine].name, device

    def _cable(self, text):
        (here, device), (there, peer) = map(self._end, text.split(" -- "))
        return f"link add {device} netns {here} type veth peer name {peer} netns {there}"

    def _add_macvlan(self, text):
        ends, _, mode = text.partition(" mode ")
        (here, device), (there, lower) = map(self._end, ends.split(" on "))
        command.run("ip", "-n", there, "link", "add", "link", lower, "name", device, "netns", here,
                    "type", "macvlan", "mode", mode)

    def _devices(self, machine):
        """Those of the cables', tunnels' and macvlans' ends that are in the machine."""
        ends = [end for link in self.scenario.links for end in link]
        ends += [macvlan.partition(" on ")[0] for macvlan in self.scenario.macvlans]
        return [device for where, _, device in (end.partition("/") for end in ends) if where == machine]

    def _links(self, name, machine):
        for bridge, ports in machine.bridges.items():
            yield f"link add {bridge} type bridge"
            for port in ports:
                yield f"link set {port} master {bridge}"
        for device in [*self._devices(name), *machine.bridges]:
            yield f"link set {device} up"
        for device, addresses in machine.addresses.items():
            for address in [addresses] if isinstance(addresses, str) else addresses:
                yield f"address add {address} dev {device}"

    def _hurry_neighbours(self, namespace, devices):
        namespace.write_sysctls({f"net.{family}.neigh.{device}.{name}": value
                                 for family in ("ipv4", *["ipv6"] * self.scenario.ipv6)
                                 for device in devices for name, value in NEIGHBOUR.items()})

    @staticmethod
    def _configure(namespace, machine):
        namespace.write_sysctls(machine.sysctls)
        if machine.ip:
            namespace.run("ip", "-batch", "-", input=machine.ip)
        if machine.ipset:
            namespace.run("ipset", "restore", input=machine.ipset)
        for program, text in machine.rules.items():
            namespace.run(*RESTORE[program], input=text)
