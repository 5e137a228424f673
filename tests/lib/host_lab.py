"""A host on the LAN of lan.py, with a real Docker engine and onlan on it."""

import contextlib
import itertools
import os
import pathlib
import shutil
import tempfile
import uuid

import lan
import probe
from engine import Engine

ONLAN = os.environ.get("ONLAN", str(pathlib.Path(__file__).resolve().parents[2] / "build/dev/onlan"))
_numbers = itertools.count()


class HostLab:
    """Use it in a `with`: nothing of it is left afterwards."""

    def __init__(self, uplink="bridge", docker=True, iptables="nft"):
        self.uplink = uplink
        self.with_docker = docker
        self.iptables = iptables
        self.prefix = f"onlan-test-{os.getpid()}-{next(_numbers)}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="onlan-"))
        self.engine = None
        self.new_boot = []
        self._powered = contextlib.ExitStack()  # the machines, and what runs on them

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, self.folder)
            undo.callback(self._powered.close)
            self._boot()
            if self.with_docker:
                self._start_engine(undo)
            self._cleanup = undo.pop_all()
        return self

    def __exit__(self, *exception):
        self._cleanup.close()

    def _boot(self):
        self.switch, self.router, self.pc, self.host = self._powered.enter_context(lan.build(self.prefix, self.uplink))

    def reboot(self):
        """The kernel forgets everything, the disk nothing. Docker is not started yet."""
        self.engine.stop()
        self._powered.close()
        self._boot()
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

    def serve(self, namespace, name, port, addresses=("::",)):
        """Until the machines are switched off."""
        self._powered.enter_context(probe.serving(namespace, name, port, addresses))

    def run_ordinary_container(self, name, port):
        """A container on an ordinary network of its own, with the port published."""
        self.engine.docker("network", "create", f"{name}-net")
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
        return [*self.new_boot, ONLAN, "--file", self.folder / file, "--docker-host", url,
                "--state-dir", self.folder / "state", *arguments]

    def onlan(self, *arguments, expect=0, prefix=(), env=None, **how):
        """Runs onlan on the host, and checks its exit code."""
        done = self.host.attempt(*prefix, *self.onlan_command(*arguments, **how), env=env)
        assert expect is None or done.returncode == expect, (
            f"onlan {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done
