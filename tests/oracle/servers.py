"""Real servers."""

import contextlib
import selectors
import socket
import threading

import flows
from flows import close_with_reset, family_of

STOP, FORGET = b"s", b"f"
PATIENCE = 10
MOST = 65536
TRANSPARENT = {socket.AF_INET: (socket.IPPROTO_IP, 19, 1), socket.AF_INET6: (socket.IPPROTO_IPV6, 75, 1)}


class Servers:
    """All servers of a lab, on one thread. An answer is the machine's name and the request.

    An answer is not answered: where NAT leads it to another server, the two would talk for ever.
    """

    def __init__(self, lab):
        self._selector = selectors.DefaultSelector()
        self._connections = {}  # what has come of the request so far
        self._control, self._controlled = socket.socketpair()
        self._control.settimeout(PATIENCE)
        self._selector.register(self._controlled, selectors.EVENT_READ)
        for name, machine in lab.scenario.machines.items():
            for server in machine.servers:
                self._listen(lab.namespaces[name], name, server)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._control.send(STOP)
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._control.close()

    def forget(self):
        """Ends what is still open, so that nothing of it is retransmitted into the next flow."""
        self._control.send(FORGET)
        self._control.recv(1)

    def _listen(self, namespace, name, text):
        text, _, option = text.partition(" ")
        where, _, protocol = text.partition("/")
        address, _, port = where.rpartition(":")
        address, _, device = address.partition("%")
        address = address.strip("[]") or "0.0.0.0"
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        server = namespace.socket(family_of(address), kind)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if device:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        if option == "transparent":
            server.setsockopt(*TRANSPARENT[family_of(address)])
        server.bind((address, int(port)))
        if protocol == "tcp":
            server.listen(16)
        take = self._accept if protocol == "tcp" else self._answer_datagram
        self._selector.register(server, selectors.EVENT_READ, (take, name))

    def _serve(self):
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._controlled:
                    if self._controlled.recv(1) == STOP:
                        return
                    self._forget()
                    break  # what else was ready may be closed now
                take, name = key.data
                with contextlib.suppress(OSError):
                    take(key.fileobj, name)

    def _forget(self):
        for connection in list(self._connections):
            self._selector.unregister(connection)
            close_with_reset(connection)
        self._connections.clear()
        self._controlled.send(FORGET)

    def _accept(self, server, name):
        connection, _ = server.accept()
        connection.setblocking(True)
        self._connections[connection] = b""
        self._selector.register(connection, selectors.EVENT_READ, (self._answer, name))

    def _answer(self, connection, name):
        more = b""
        try:
            more = connection.recv(MOST)
        finally:
            if not more:
                del self._connections[connection]
                self._selector.unregister(connection)
                connection.close()
        if not more:
            return
        request = self._connections[connection] + more
        self._connections[connection] = request
        if len(request) >= flows.request_length(request):
            self._connections[connection] = b""
            connection.sendall(f"{name} ".encode() + request)

    @staticmethod
    def _answer_datagram(server, name):
        request, client = server.recvfrom(MOST)
        if b" " not in request:
            server.sendto(f"{name} ".encode() + request, client)
