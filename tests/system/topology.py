"""A host with a real Docker engine, its LAN, a router and another machine on it: all in throw-away network namespaces.

                       +- router  192.168.137.245, fd00:137::245
    host --- switch ---+
                       +- pc      192.168.137.10,  fd00:137::10

The host is 192.168.137.250 and fd00:137::250, on the bridge br-up whose port is the NIC eno1, or on eno1 itself.
"""

import contextlib
import http.client
import itertools
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid

import probe
from namespace import NamedNamespace, Namespace

HERE = pathlib.Path(__file__).resolve().parent
ONLAN = os.environ.get("ONLAN", str(HERE.parents[1] / "build/dev/onlan"))
ROOTFS = pathlib.Path(os.environ.get("ONLAN_DOCKER_ROOTFS", "/var/cache/onlan/docker-rootfs"))

ROUTER, PC, HOST = "192.168.137.245", "192.168.137.10", "192.168.137.250"
ROUTER6, PC6, HOST6 = "fd00:137::245", "fd00:137::10", "fd00:137::250"
NIC_MAC = "3c:ec:ef:01:37:fa"  # a vendor's, as NICs have; a random one would differ from run to run
EXTRA_ROUTE = "10.9.0.0/16"
PATIENCE = 30
MACHINES = ("switch", "router", "pc", "host")
_numbers = itertools.count()


class Engine:
    """dockerd in the host's namespace."""

    def __init__(self, namespace, folder, iptables):
        self.namespace = namespace
        self.folder = folder
        self.iptables = iptables
        self.url = f"unix://{folder}/docker.sock"
        self.process = None

    def start(self):
        notify = self.folder / "ready"
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, open(self.folder / "log", "ab") as log:
            ready.bind(str(notify))
            self.process = subprocess.Popen(
                [HERE / "dockerd_in_netns.sh", ROOTFS, self.namespace.name, self.folder],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "NOTIFY_SOCKET": "/run/state/ready", "IPTABLES": self.iptables})
            ended = os.pidfd_open(self.process.pid)
            try:
                happened, _, _ = select.select([ready, ended], [], [], PATIENCE)
            finally:
                os.close(ended)
            if ready not in happened:
                raise RuntimeError("dockerd did not start:\n" + (self.folder / "log").read_text()[-2000:])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self.process = None

    def restart(self):
        self.stop()
        self.start()

    @property
    def runs(self):
        return self.process is not None

    def cli(self, *arguments, check=True, **options):
        """The engine's own docker command, in the engine's own file system."""
        done = subprocess.run(
            ["nsenter", f"--mount=/proc/{self.process.pid}/ns/mnt", "docker", "--host", "unix:///run/state/docker.sock",
             *map(str, arguments)],
            text=options.get("input") is None or isinstance(options.get("input"), str),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
        if check and done.returncode != 0:
            raise RuntimeError(f"docker {' '.join(map(str, arguments))}: {done.stderr}")
        return done

    def get(self, path):
        """A document of the engine's API."""
        connection = http.client.HTTPConnection("docker")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.closing(connection):
            connection.sock.connect(str(self.folder / "docker.sock"))
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())

    def inspect(self, container):
        return self.get(f"/containers/{container}/json")

    def address_of(self, container, network):
        return self.inspect(container)["NetworkSettings"]["Networks"][network]["IPAddress"]

    def make_image(self):
        with tempfile.TemporaryDirectory() as folder:
            image = pathlib.Path(folder)
            (image / "bin").mkdir()
            shutil.copy(ROOTFS / "usr/bin/busybox", image / "bin/busybox")
            for applet in ("sh", "sleep"):
                (image / "bin" / applet).symlink_to("busybox")
            archive = subprocess.run(["tar", "-C", image, "-c", "."], check=True, stdout=subprocess.PIPE).stdout
        self.cli("import", "-", "box", input=archive)

    def run(self, name, *options):
        """A container that only waits: the tests' servers run in its network namespace."""
        self.cli("run", "--detach", "--stop-timeout", 0, "--name", name, *options, "box", "/bin/sleep", "1000000")
        return self.namespace_of(name)

    def namespace_of(self, container):
        return Namespace(f"/proc/{self.inspect(container)['State']['Pid']}/ns/net")

    def remove_containers(self):
        if ids := self.cli("ps", "--all", "--quiet").stdout.split():
            self.cli("rm", "--force", *ids)


class HostLab:
    """Use it in a `with`: nothing of it is left afterwards."""

    def __init__(self, uplink="bridge", docker=True, iptables="nft"):
        self.uplink = uplink
        self.with_docker = docker
        self.iptables = iptables
        self.prefix = f"onlan-test-{os.getpid()}-{next(_numbers)}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="onlan-"))
        self.namespaces = {}
        self.servers = []
        self.engine = None
        self.new_boot = []

    def __enter__(self):
        self._cleanup = contextlib.ExitStack()
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, self.folder, ignore_errors=False)
            undo.callback(self._assert_no_namespace_is_left)
            for name in MACHINES:
                self._make_namespace(name)
                undo.callback(lambda name=name: self.namespaces[name].remove())
            undo.callback(self._assert_no_process_is_left)
            self._connect()
            undo.callback(self._stop_servers)
            if self.with_docker:
                self._start_engine(undo)
            self._cleanup = undo.pop_all()
        return self

    def __exit__(self, *exception):
        self._cleanup.close()

    # The network.

    def __getattr__(self, name):
        if name in MACHINES:
            return self.namespaces[name]
        raise AttributeError(name)

    def _make_namespace(self, name):
        namespace = self.namespaces[name] = NamedNamespace(f"{self.prefix}-{name}")
        for which in ("all", "default"):
            namespace.sysctl(f"net.ipv6.conf.{which}.accept_dad", 0)

    def _connect(self):
        self.switch.ip("link add lan type bridge")
        self.switch.ip("link set lan up")
        for protocol in ("iptables", "ip6tables"):
            self.switch.sysctl(f"net.bridge.bridge-nf-call-{protocol}", 0)
        self._plug(self.router, "eth0", "p-router", [ROUTER, ROUTER6])
        self._plug(self.pc, "eth0", "p-pc", [PC, PC6])
        self.host.sysctl("net.ipv4.conf.all.rp_filter", 2)
        if self.uplink == "bridge":
            self.host.ip("link add br-up type bridge")
            self.host.ip("link set br-up up")
            self._plug(self.host, "eno1", "p-host", [])
            self.host.ip("link set eno1 master br-up")
            self._address(self.host, "br-up", [HOST, HOST6])
            self.host.ip(f"route add default via {ROUTER}")
        else:
            self._plug(self.host, "eno1", "p-host", [HOST, HOST6])
            self.host.ip(f"route add default via {ROUTER}")
            self.host.ip(f"-6 route add default via {ROUTER6}")
            self.host.ip(f"route add {EXTRA_ROUTE} via {ROUTER} metric 50")
            self.host.ip(f"route add default via {ROUTER} table 100")
            self.host.ip("rule add iif eno1 lookup 100 priority 1000")

    def _plug(self, machine, interface, port, addresses):
        mac = f"address {NIC_MAC}" if interface == "eno1" else ""
        machine.ip(f"link add {interface} {mac} type veth peer name {port} netns {self.switch.name}")
        self.switch.ip(f"link set {port} master lan up")
        machine.ip(f"link set {interface} up")
        self._address(machine, interface, addresses)

    @staticmethod
    def _address(machine, interface, addresses):
        for address in addresses:
            machine.ip(f"address add {address}/{64 if ':' in address else 24} dev {interface}")

    def reboot(self):
        """The kernel forgets everything, the disk nothing. Docker is not started yet."""
        self.engine.stop()
        self._stop_servers()
        for name in MACHINES:
            self.namespaces[name].remove()
            self._make_namespace(name)
        self._connect()
        boot_id = self.write(f"{uuid.uuid4()}\n", "boot_id")
        self.new_boot = ["unshare", "--mount", "sh", "-c",
                         'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"', str(boot_id)]

    # Docker and servers.

    def _start_engine(self, undo):
        self.engine = Engine(self.host, self.folder / "docker", self.iptables)
        self.engine.folder.mkdir()
        self.engine.start()
        undo.callback(self._stop_engine)
        self.engine.make_image()

    def _stop_engine(self):
        if self.engine.runs:
            self.engine.remove_containers()
            self.engine.stop()

    def docker(self, *arguments, **options):
        return self.engine.cli(*arguments, **options)

    def serve(self, namespace, name, port, addresses=("::",)):
        self.servers.append(probe.serve(namespace, name, port, addresses))

    def _stop_servers(self):
        for server in self.servers:
            server.kill()
            server.join()
        self.servers.clear()

    def run_ordinary_container(self, name, port):
        """A container on an ordinary network of its own, with the port published."""
        self.docker("network", "create", f"{name}-net")
        container = self.engine.run(name, "--network", f"{name}-net", "--restart", "always",
                                    "--publish", f"{port}:{port}/tcp", "--publish", f"{port}:{port}/udp")
        self.serve(container, name, port)
        return container

    # onlan.

    def write(self, text, file="onlan.yaml"):
        path = self.folder / file
        path.write_text(text)
        return path

    def onlan_command(self, *arguments, file="onlan.yaml", docker_host=None):
        url = docker_host or (self.engine.url if self.engine else f"unix://{self.folder}/nobody.sock")
        return [*self.new_boot, ONLAN, "--file", str(self.folder / file), "--docker-host", url,
                "--state-dir", str(self.folder / "state"), *map(str, arguments)]

    def onlan(self, *arguments, expect=0, prefix=(), env=None, **how):
        """Runs onlan on the host, and checks its exit code."""
        done = self.host.run(*prefix, *self.onlan_command(*arguments, **how), check=False,
                             stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}, timeout=60)
        assert expect is None or done.returncode == expect, (
            f"onlan {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    # The end.

    def _assert_no_process_is_left(self):
        inodes = {os.stat(namespace.path).st_ino for namespace in self.namespaces.values()}
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                command = (process / "cmdline").read_text().replace("\0", " ")
                assert (process / "ns/net").stat().st_ino not in inodes, f"left behind: {command}"

    def _assert_no_namespace_is_left(self):
        left = [path.name for path in pathlib.Path("/run/netns").glob(f"{self.prefix}-*")]
        assert not left, f"left behind: {left}"
