"""aetherscale: its daemon by a request on its socket, and its command line."""

import io
import json
import os
import selectors
import socket
from http.client import HTTPResponse
from typing import NamedTuple

from peers.processes import Failed, now_ms, timed


class Vm(NamedTuple):
    """Where one of our VMs is."""

    unit: str
    folder: str
    runtime: str


class Ours:
    """The daemon that systemd runs for this user."""

    def __init__(self, programs, image, memory_mib):
        self._cli = f"{programs}/aetherscale-cli"
        self._image = image
        self._memory_mib = memory_mib
        self.runtime = f"{os.environ['XDG_RUNTIME_DIR']}/aetherscale"
        self.data = f"{os.environ['HOME']}/.local/share/aetherscale"

    def cli(self, *words):
        """The milliseconds that a call of aetherscale-cli takes."""
        return timed([self._cli, *words])

    def create_by_cli(self, name):
        return self.cli("create-vm", "--quiet", "--image", self._image, "--memory", str(self._memory_mib), "--name", name)

    def create(self, *names, start=True):
        """The milliseconds from the first request, all sent at once, until the last answer. The daemon answers when QEMU does."""
        took, _ = self._ask(*({"command": "create-vm", "options": {
            "image": self._image, "memory": self._memory_mib, "name": name, "no-start": not start}} for name in names))
        return took

    def delete(self, *names):
        self._ask(*({"command": "delete-vm", "options": {"vm-id": name}} for name in names))

    def where_is(self, name):
        _, (answer,) = self._ask({"command": "show-vm", "options": {"vm-id": name}})
        return Vm(answer["unit-file"], os.path.dirname(answer["disk"]), f"{self.runtime}/vms/{answer['vm-id']}")

    def _ask(self, *envelopes):
        """Sends each on a connection of its own; returns the milliseconds until the last answer, and the answers."""
        requests = [_request(envelope) for envelope in envelopes]
        answers = {}
        with selectors.DefaultSelector() as waiting:
            began = now_ms()
            for number, request in enumerate(requests):
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(f"{self.runtime}/api.sock")
                connection.sendall(request)
                waiting.register(connection, selectors.EVENT_READ, number)
                answers[number] = bytearray()
            while waiting.get_map():
                for key, _ in waiting.select():
                    got = key.fileobj.recv(65536)
                    answers[key.data] += got
                    if not got:
                        waiting.unregister(key.fileobj)
                        key.fileobj.close()
            took = now_ms() - began
        return took, [_answer(answers[number]) for number in range(len(requests))]


def _request(envelope):
    body = json.dumps(envelope).encode()
    head = "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _answer(received):
    class Received:
        def makefile(self, _):
            return io.BytesIO(received)

    response = HTTPResponse(Received())
    response.begin()
    envelope = json.loads(response.read())
    if envelope["execution-info"]["status"] != "success":
        raise Failed(f"the daemon says: {envelope['execution-info']['reason']}")
    return envelope["response"]
