"""On what it was measured."""

import os
import platform
import subprocess


def load():
    return "{:.2f} {:.2f} {:.2f}".format(*os.getloadavg())


def describe(accelerator):
    """Lines of (what, value)."""
    return [
        ("CPU", f"{_cpu()}, {os.cpu_count()} cores"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"),
        ("kernel", platform.release()),
        ("QEMU", _first_line("/usr/bin/qemu-system-x86_64", "--version")),
        ("accelerator", accelerator),
        ("systemd", _first_line("/usr/bin/systemctl", "--version")),
        ("libvirt", _first_line("/usr/bin/virsh", "--version")),
        ("Python", platform.python_version()),
    ]


def _cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _first_line(*argv):
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()[0]
