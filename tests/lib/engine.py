"""A real Docker engine, out of a root file system of its own."""

import contextlib
import http.client
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile

import command
from command import PATIENCE
from namespace import Namespace

ROOTFS = pathlib.Path(os.environ.get("ONLAN_DOCKER_ROOTFS", "/var/cache/onlan/docker-rootfs"))
START = pathlib.Path(__file__).with_name("dockerd_in_netns.sh")


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
                [START, ROOTFS, self.namespace.name, self.folder],
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

    def docker(self, *arguments, **how):
        """What the engine's own docker command printed, in the engine's own file system."""
        return command.run(*self._command(arguments), **how)

    def attempt_docker(self, *arguments, **how):
        return command.attempt(*self._command(arguments), **how)

    def _command(self, arguments):
        return ["nsenter", f"--mount=/proc/{self.process.pid}/ns/mnt", "docker", "--host", "unix:///run/state/docker.sock",
                *arguments]

    def ask(self, method, path, body=None):
        """What the engine's API answers."""
        connection = http.client.HTTPConnection("docker")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(PATIENCE)
        with contextlib.closing(connection):
            connection.sock.connect(str(self.folder / "docker.sock"))
            connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read().decode()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {text}")
        return json.loads(text or "null")

    def get(self, path):
        return self.ask("GET", path)

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
            command.run("tar", "-C", image, "-cf", self.folder / "box.tar", ".")
        self.docker("import", "/run/state/box.tar", "box")

    def run(self, name, *options):
        """A container that only waits: the tests' servers run in its network namespace."""
        self.docker("run", "--detach", "--stop-timeout", 0, "--name", name, *options, "box", "/bin/sleep", "1000000")
        return self.namespace_of(name)

    def namespace_of(self, container):
        return Namespace(f"/proc/{self.inspect(container)['State']['Pid']}/ns/net")

    def remove_containers(self):
        if ids := self.docker("ps", "--all", "--quiet").split():
            self.docker("rm", "--force", *ids)
