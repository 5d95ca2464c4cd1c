"""Tries what a guest would try that has broken out into its QEMU; prints each try with "done" or the error that kept it.

intruder.py NAME=VALUE…: secret, other, own, daemon, runtime, manager, tmp, group, said (see SandboxTests).
"""

import ctypes
import json
import os
import socket
import subprocess
import sys

aim = dict(word.split("=", 1) for word in sys.argv[1:])
libc = ctypes.CDLL(None, use_errno=True)
told = {}


def attempt(name, action):
    try:
        action()
        told[name] = "done"
    except OSError as error:
        told[name] = os.strerror(error.errno) if error.errno else str(error)
    except subprocess.SubprocessError as error:
        told[name] = str(error)


def read(path):
    with open(path, "rb") as file:
        file.read(1)


def write(path):
    # What is not there is not made: in a hidden folder anybody may make files, which nobody sees.
    with open(path, "r+b") as file:
        file.write(b"x")


def leave(path):
    with open(path, "xb"):
        pass


def call(function, *arguments):
    if getattr(libc, function)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), function)


def connect(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)


def opened(family, kind=socket.SOCK_STREAM):
    socket.socket(family, kind).close()


def look_for(path):
    if os.path.basename(path) not in os.listdir(os.path.dirname(path)):
        raise OSError("it is not in the list")


def nothing_but(path, names):
    """Fails unless the folder shows more than these."""
    if set(os.listdir(path)) <= set(names):
        raise OSError("nothing else is there")


def start_unit():
    # By systemd's own client, as whoever has its socket would.
    subprocess.run(
        ["systemd-run", *aim["manager"].split(), "--quiet", "--wait", "--collect", "/bin/touch", aim["said"]],
        env={**os.environ, "XDG_RUNTIME_DIR": aim["runtime"]}, check=True, timeout=20, stderr=subprocess.DEVNULL)


def attach():
    # PTRACE_SEIZE, which does not stop the process; then let go of it by ending.
    call("ptrace", 0x4206, int(aim["daemon"]), 0, 0)


def read_memory():
    buffer = ctypes.create_string_buffer(8)

    class Vector(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    with open("/proc/self/maps") as maps:
        start = int(maps.readline().split("-")[0], 16)
    local, remote = Vector(ctypes.addressof(buffer), 8), Vector(start, 8)
    count = libc.process_vm_readv(int(aim["daemon"]), ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    # Whether or not anything lies at that address: EPERM comes first.
    if count < 0 and ctypes.get_errno() != 14:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


def make_group():
    group = aim["group"] + "/intruder-%d" % os.getpid()
    os.mkdir(group)
    os.rmdir(group)


process = "/proc/" + aim["daemon"]
attempt("read the user's home", lambda: read(aim["secret"]))
attempt("write into the user's home", lambda: write(aim["secret"]))
attempt("list the user's home", lambda: look_for(aim["secret"]))
attempt("read another VM's disk", lambda: read(aim["other"] + "/disk.qcow2"))
attempt("write another VM's folder", lambda: leave(aim["other"] + "/intruder"))
attempt("list the VMs", lambda: look_for(aim["other"]))
attempt("write another VM's spec", lambda: write(aim["other"] + "/vm.json"))
attempt("read its own spec", lambda: read(aim["own"] + "/vm.json"))
attempt("leave a file in its own folder", lambda: leave(aim["own"] + "/intruder"))
attempt("reach the manager's private socket", lambda: connect(aim["runtime"] + "/systemd/private"))
attempt("reach the user bus", lambda: connect(aim["runtime"] + "/bus"))
attempt("reach the daemon's socket", lambda: connect(aim["api"]))
attempt("start a unit without a sandbox", start_unit)
attempt("see the services of the host", lambda: nothing_but("/run", ["user"]))
attempt("open an IPv4 socket", lambda: opened(socket.AF_INET))
attempt("open an IPv6 socket", lambda: opened(socket.AF_INET6))
attempt("open a netlink socket", lambda: opened(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("open a vsock socket", lambda: opened(socket.AF_VSOCK))
attempt("read a process' environment", lambda: read(process + "/environ"))
attempt("see which files a process has open", lambda: os.readlink(process + "/fd/0"))
attempt("open what a process has open", lambda: read(process + "/fd/" + os.listdir(process + "/fd")[0]))
attempt("enter a process' root", lambda: os.listdir(process + "/root/"))
attempt("enter a process' folder", lambda: os.listdir(process + "/cwd/"))
attempt("read a process' memory map", lambda: read(process + "/maps"))
attempt("read a process' memory", read_memory)
attempt("trace a process", attach)
attempt("make a control group", make_group)
attempt("see other programs' temporary files", lambda: read(aim["tmp"]))
attempt("see other programs' shared memory", lambda: read(aim["memory"]))
attempt("list more devices than a program needs", lambda: nothing_but(
    "/dev", ["null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "mqueue", "hugepages", "fd", "stdin", "stdout",
             "stderr", "log", "char", "core", "console"]))
attempt("make a user namespace", lambda: call("unshare", 0x10000000))
attempt("write a system file", lambda: leave("/usr/intruder"))
print(json.dumps(told))
