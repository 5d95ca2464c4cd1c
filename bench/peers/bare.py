"""QEMU without anybody around it: the command of one of our units, started by this process."""

import os
import shutil
import signal

from peers.processes import memory_file, now_ms, spawn
from peers.qmp import wait_until_all_answer
from peers.unit import read_command


class BareQemu:
    """As many QEMUs as wanted, each with a folder, sockets and an overlay of its own, which are made beforehand."""

    def __init__(self, ours, model, folder):
        """model: one of our VMs, whose command is taken. folder: on the same file system as our VMs."""
        self._argv, self._stdin = read_command(model.unit)
        self._model = model
        self._runtime = ours.runtime
        self._folder = folder
        self._pids = []

    def start(self, count):
        """The milliseconds from the first exec until the last query-status is answered."""
        commands = [self._prepare(slot) for slot in range(count)]
        with memory_file("errors") as errors, open(os.devnull, "wb") as nowhere:
            inputs = [memory_file("stdin", self._stdin) for _ in commands]
            began = now_ms()
            for (argv, _), stdin in zip(commands, inputs):
                self._pids.append(spawn(argv, stdin.fileno(), nowhere.fileno(), errors.fileno(), own_session=True))
            wait_until_all_answer(path for _, path in commands)
            took = now_ms() - began
            for stdin in inputs:
                stdin.close()
        return took

    def end(self):
        """Kills them all."""
        for pid in self._pids:
            os.kill(pid, signal.SIGKILL)
        for pid in self._pids:
            os.waitpid(pid, 0)
        self._pids.clear()

    def _prepare(self, slot):
        """The command with the paths of this place, and its monitor's socket."""
        folder = f"{self._folder}/{slot}"
        if not os.path.exists(folder):
            os.makedirs(folder)
            # A blank one: the model's guest writes nothing.
            shutil.copyfile(f"{self._model.folder}/disk.qcow2", f"{folder}/disk.qcow2")
        for name in os.listdir(folder):
            if name.endswith(".sock"):
                os.unlink(f"{folder}/{name}")
        argv = [word.replace(self._model.runtime, folder).replace(self._model.folder, folder) for word in self._argv]
        return argv, f"{folder}/qmp.sock"
