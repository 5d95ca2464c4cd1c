"""The bars that aetherscale is measured against: medians of ratios, round by round."""

from typing import NamedTuple


class Goal(NamedTuple):
    number: int
    text: str
    # What is measured, and beside whom. Our own figure is divided by the peer's.
    measure: str
    peer: str
    bar: float


GOALS = [
    Goal(1, "create request → QEMU takes commands / bare QEMU, same arguments", "create", "bare", 1.45),
    Goal(3, "create-vm by CLI → QEMU takes commands / virsh define + start", "create-cli", "libvirt", 0.15),
    Goal(5, "list-vms by CLI / virsh list --all, {many:,} VMs each", "list-cli", "libvirt", 0.025),
    Goal(7, "stop-vm --kill by CLI / virsh destroy", "kill-cli", "libvirt", 0.06),
    Goal(8, "{at_once} creates until all take commands / bare, all at once", "create-many", "bare", 1.3),
    Goal(8, "{at_once} creates until all take commands / libvirt by 8 threads", "create-many", "libvirt", 0.15),
    Goal(11, "aetherscale-cli --version / virsh --version", "version", "libvirt", 0.3),
]
