"""What is run for each measure. A workload leaves nothing behind but the 1,000 VMs of the last one."""

import time

from peers.bare import BareQemu
from samples import interleave

AT_ONCE = 50
LIBVIRT_THREADS = 8
MANY = 1000

# A guest is up, and its QEMU idle, after so many seconds.
SETTLE = 0.4


class Workloads:
    """All of them, on the same peers."""

    def __init__(self, samples, ours, libvirt, folder):
        self._samples = samples
        self._ours = ours
        self._libvirt = libvirt
        self._folder = folder

        # From here on the network's switch runs, and the image is adopted.
        ours.create("model")
        self._bare = BareQemu(ours, ours.where_is("model"), f"{folder}/bare")

    def create(self, rounds):
        def ours(name):
            took = self._ours.create(name)
            self._ours.delete(name)
            return {"create": took}

        def bare(_):
            return {"create": self._start_bare(1)}

        interleave(self._samples, rounds, 3, {"ours": ours, "bare": bare})

    def life(self, rounds):
        """create-cli and kill-cli. Bare QEMU takes part in the former, as the floor."""

        def ours(name):
            created = self._ours.create_by_cli(name)
            time.sleep(SETTLE)
            killed = self._ours.cli("stop-vm", name, "--kill")
            self._ours.delete(name)
            return {"create-cli": created, "kill-cli": killed}

        def libvirt(name):
            description = self._libvirt.prepare(name)
            created = self._libvirt.virsh("define", description) + self._libvirt.virsh("start", name)
            time.sleep(SETTLE)
            killed = self._libvirt.virsh("destroy", name)
            self._libvirt.virsh("undefine", name)
            return {"create-cli": created, "kill-cli": killed}

        def bare(_):
            return {"create-cli": self._start_bare(1)}

        interleave(self._samples, rounds, 2, {"ours": ours, "bare": bare, "libvirt": libvirt})

    def create_many(self, rounds):
        def names(of):
            return [f"{of}-{number}" for number in range(AT_ONCE)]

        def ours(of):
            took = self._ours.create(*names(of))
            self._ours.delete(*names(of))
            return {"create-many": took}

        def bare(_):
            return {"create-many": self._start_bare(AT_ONCE)}

        def libvirt(of):
            commands = [(f"define {self._libvirt.prepare(name)}", f"start {name}") for name in names(of)]
            took = self._libvirt.batches(*_dealt(commands))
            self._libvirt.batches(*_dealt([(f"destroy {name}", f"undefine {name}") for name in names(of)]))
            return {"create-many": took}

        interleave(self._samples, rounds, 1, {"ours": ours, "bare": bare, "libvirt": libvirt})

    def version(self, rounds):
        def ours(_):
            return {"version": self._ours.cli("--version")}

        def libvirt(_):
            return {"version": self._libvirt.virsh("--version")}

        interleave(self._samples, rounds, 3, {"ours": ours, "libvirt": libvirt})

    def list(self, rounds):
        """To be run last: the VMs stay."""
        names = [f"many-{number}" for number in range(MANY)]
        for first in range(0, MANY, AT_ONCE):
            self._ours.create(*names[first:first + AT_ONCE], start=False)
        self._libvirt.batches([f"define {self._libvirt.prepare(name)}" for name in names])

        def ours(_):
            return {"list-cli": self._ours.cli("list-vms")}

        def libvirt(_):
            return {"list-cli": self._libvirt.virsh("list", "--all")}

        interleave(self._samples, rounds, 2, {"ours": ours, "libvirt": libvirt})

    def _start_bare(self, count):
        try:
            return self._bare.start(count)
        finally:
            self._bare.end()


def _dealt(commands):
    """To the threads in turn; what belongs together stays in order."""
    return [[line for lines in commands[thread::LIBVIRT_THREADS] for line in lines] for thread in range(LIBVIRT_THREADS)]
