"""The configurations that the tests use."""

BRIDGE_MODE = """\
version: 1
lans:
  lan137:
    uplink: {bridge: br-up}
    attach: docker-bridge
    subnet: 192.168.137.0/24
    gateway: 192.168.137.245
    pool: 192.168.137.208/28
"""

MACVLAN_MODE = BRIDGE_MODE.replace("docker-bridge", "macvlan")

SUBNET6 = """\
    subnet6: fd00:137::/64
    gateway6: fd00:137::245
    pool6: fd00:137::d0/124
"""

# onlan makes the bridge br-new of the NIC eno1.
NIC_MODE = BRIDGE_MODE.replace("{bridge: br-up}", "{bridge: br-new, ports: [eno1]}")

MODES = {"docker-bridge": BRIDGE_MODE, "macvlan": MACVLAN_MODE}
