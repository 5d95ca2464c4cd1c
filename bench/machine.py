"""On what it was measured."""

import os
import platform
import subprocess
import time

QUIET_SECONDS = 2


def busy():
    """How much others do: the load of the last minute, and the part of all cores that is used while nothing is measured."""
    before = _ticks()
    time.sleep(QUIET_SECONDS)
    spent = [after - then for after, then in zip(_ticks(), before)]
    idle = spent[3] + spent[4]
    return f"{os.getloadavg()[0]:.2f}, {1 - idle / sum(spent):.0%}"


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


def _ticks():
    """Of user, nice, system, idle, iowait and the rest (proc(5), /proc/stat)."""
    with open("/proc/stat", encoding="utf-8") as file:
        return [int(number) for number in file.readline().split()[1:9]]


def _cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _first_line(*argv):
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()[0]
