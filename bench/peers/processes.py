"""Programs run and timed the same way for every peer: posix_spawn, then wait for the end."""

import os
import time


class Failed(Exception):
    """A program or a request did not do what the measurement needs of it."""


def now_ms():
    return time.perf_counter_ns() / 1e6


def spawn(argv, stdin, stdout, stderr, own_session=False):
    """Starts a program with these three descriptors; returns its pid.

    own_session: as systemd and libvirt start theirs. On a busy machine the kernel shares the CPU out by sessions (autogroup)."""
    actions = [(os.POSIX_SPAWN_DUP2, source, target) for target, source in enumerate((stdin, stdout, stderr))]
    return os.posix_spawn(argv[0], argv, os.environ, file_actions=actions, setsid=own_session)


def timed(argv, stdin=b""):
    """Runs a program to its end, its output thrown away; returns the milliseconds. Failed when it ends with anything but 0."""
    with memory_file("stdin", stdin) as source, memory_file("stderr") as errors, open(os.devnull, "wb") as nowhere:
        began = now_ms()
        pid = spawn(argv, source.fileno(), nowhere.fileno(), errors.fileno())
        _, status = os.waitpid(pid, 0)
        took = now_ms() - began
        if status != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
            raise Failed(f"{' '.join(argv)} ended with {os.waitstatus_to_exitcode(status)}: {said}")
    return took


def memory_file(name, content=b""):
    """A file without a path, with its offset at the beginning, as systemd gives one for StandardInput=data."""
    file = os.fdopen(os.memfd_create(name), "w+b")
    file.write(content)
    file.seek(0)
    return file
