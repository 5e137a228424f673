"""Waits until the kernel has drawn all consequences of a change of links.

A link's operational state, and a bridge's view of its port, follow the carrier up to a second later (net/core/link_watch.c);
an IPv6 address is tentative until nobody objects (net/ipv6/addrconf.c).
"""

import contextlib
import errno
import select
import socket
import time

RTMGRP_LINK, RTMGRP_IPV6_IFADDR = 0x1, 0x100
PATIENCE = 5


def is_settled(link):
    """Of `ip -json address`. Its flag NO-CARRIER is iproute2's own word for UP and not RUNNING, and RUNNING is the
    operational state, which comes late; LOWER_UP is the carrier itself."""
    if "UP" not in link["flags"]:
        return True
    has_carrier = "LOWER_UP" in link["flags"]
    tentative = has_carrier and any(address.get("tentative") for address in link["addr_info"])
    return has_carrier == (link["operstate"] in ("UP", "UNKNOWN")) and not tentative


def wait(namespaces, patience=PATIENCE):
    """Until all links of these namespaces are settled; that one is not in time is an error which names it.

    A link that settles can unsettle one of a namespace that was looked at before. So all have to be settled while nothing
    was told of any.
    """
    deadline = time.monotonic() + patience
    with contextlib.ExitStack() as stack:
        events = [stack.enter_context(namespace.netlink_events(RTMGRP_LINK | RTMGRP_IPV6_IFADDR))
                  for namespace in namespaces]
        while True:
            unsettled = [text for namespace in namespaces for text in _unsettled(namespace)]
            left = max(0, deadline - time.monotonic())
            told, _, _ = select.select(events, [], [], left if unsettled else 0)
            if not unsettled and not told:
                return
            if not told or not left:
                raise TimeoutError(f"not settled in {patience} s: {'; '.join(unsettled) or 'links change all the time'}")
            for event in told:
                _take_all(event)


def _unsettled(namespace):
    for link in namespace.json("ip", "-json", "address"):
        if not is_settled(link):
            yield f"{link['ifname']} of {namespace.path} <{','.join(link['flags'])}> is {link['operstate']}"


def _take_all(events):
    with contextlib.suppress(BlockingIOError):
        while True:
            try:
                events.recv(1 << 16, socket.MSG_DONTWAIT)
            except OSError as error:
                if error.errno != errno.ENOBUFS:  # some were lost: to look again is all that they are for
                    raise
