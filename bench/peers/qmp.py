"""Waits until QEMUs take commands."""

import json
import selectors
import socket
import time

from peers.processes import Failed

# Sent at once after connecting: QEMU reads it when it has greeted.
ASK = b'{"execute":"qmp_capabilities"}\n{"execute":"query-status","id":"bench"}\n'
SECONDS = 60


def wait_until_all_answer(paths):
    """Returns once each monitor has answered query-status. Failed after a minute."""
    missing = list(paths)
    end = time.monotonic() + SECONDS
    with selectors.DefaultSelector() as waiting:
        while missing or waiting.get_map():
            if time.monotonic() > end:
                raise Failed(f"QEMU did not answer query-status within {SECONDS} s")
            missing = [path for path in missing if not _connect(path, waiting)]
            # A socket that is not there yet is looked for often, but the looking stays cheap when it is for fifty.
            pause = max(0.0005, 0.00004 * len(missing)) if missing else 1
            for key, _ in waiting.select(pause):
                _read(key, waiting)


def _connect(path, waiting):
    monitor = socket.socket(socket.AF_UNIX)
    try:
        monitor.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        monitor.close()
        return False
    monitor.sendall(ASK)
    waiting.register(monitor, selectors.EVENT_READ, bytearray())
    return True


def _read(key, waiting):
    got = key.fileobj.recv(65536)
    if not got:
        raise Failed("QEMU ended before it answered query-status")
    key.data.extend(got)
    for line in key.data.split(b"\n")[:-1]:
        answer = json.loads(line)
        if answer.get("id") == "bench":
            if answer.get("return", {}).get("status") != "running":
                raise Failed(f"QEMU does not run: {answer}")
            waiting.unregister(key.fileobj)
            key.fileobj.close()
            return
