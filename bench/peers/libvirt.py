"""libvirt: virtlogd and libvirtd of this user, and virsh (qemu:///session).

Both daemons are transient units of the user's manager. Below it an ended QEMU, which libvirt lets go as a daemon, is reaped at once;
in a container without a real init it would stay a zombie for seconds, and virsh destroy waits for its end."""

import os
import shutil
import subprocess
import time

from peers.processes import Failed, memory_file, now_ms, timed

VIRSH = "/usr/bin/virsh"
DAEMONS = {"virtlogd": "virtlogd-sock", "libvirtd": "libvirt-sock"}

# What our VMs have, without a network card.
DOMAIN = """<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>{memory_mib}</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><vmport state='off'/></features>
  <cpu mode='maximum'/>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/>
      <source file='{disk}'/>
      <backingStore type='file'><format type='qcow2'/><source file='{base}'/></backingStore>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' model='none'/>
    <serial type='file'><source path='{log}'/></serial>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <rng model='virtio'><backend model='builtin'/></rng>
    <video><model type='none'/></video>
    <memballoon model='none'/>
    <panic model='isa'/>
  </devices>
</domain>
"""


class Libvirt:
    """Both daemons, up while this is entered; domains by name, each with a folder and an overlay made beforehand."""

    def __init__(self, folder, base, memory_mib):
        """base: the image that the overlays stand on."""
        self._folder = folder
        self._base = base
        self._memory_mib = memory_mib
        os.environ["LIBVIRT_DEFAULT_URI"] = "qemu:///session"

    def __enter__(self):
        os.makedirs(self._folder)
        for daemon, sock in DAEMONS.items():
            timed(["/usr/bin/systemd-run", "--user", "--quiet", "--collect", f"--unit=bench-{daemon}", f"/usr/sbin/{daemon}"])
            _wait_for(f"{os.environ['XDG_RUNTIME_DIR']}/libvirt/{sock}", daemon)
        # libvirtd listens before it has asked QEMU what it can do.
        self.virsh("domcapabilities", "--machine", "q35")
        return self

    def __exit__(self, *_):
        for daemon in reversed(DAEMONS):
            timed(["/usr/bin/systemctl", "--user", "stop", f"bench-{daemon}.service"])

    def virsh(self, *words):
        """The milliseconds that a call of virsh takes."""
        return timed([VIRSH, *words])

    def batches(self, *batches):
        """The milliseconds until the last of several virsh, side by side, has done all commands that its standard input tells it."""
        with memory_file("stderr") as errors:
            began = now_ms()
            running = [subprocess.Popen([VIRSH], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors) for _ in batches]
            for virsh, lines in zip(running, batches):
                virsh.stdin.write("".join(f"{line}\n" for line in lines).encode())
                virsh.stdin.close()
            codes = [virsh.wait() for virsh in running]
            took = now_ms() - began
            errors.seek(0)
            # In a batch the exit code tells of the last command only.
            said = errors.read().decode(errors="replace").strip()
        if any(codes) or said:
            raise Failed(f"virsh: {said}")
        return took

    def prepare(self, name):
        """Makes a domain's overlay and its description; returns the latter's path."""
        folder = f"{self._folder}/{name}"
        if not os.path.exists(folder):
            os.makedirs(folder)
            blank = f"{self._folder}/blank.qcow2"
            if not os.path.exists(blank):
                timed(["/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", self._base, blank])
            shutil.copyfile(blank, f"{folder}/disk.qcow2")
            with open(f"{folder}/domain.xml", "w", encoding="utf-8") as file:
                file.write(DOMAIN.format(
                    name=name, memory_mib=self._memory_mib, base=self._base, disk=f"{folder}/disk.qcow2", log=f"{folder}/console.log"))
        return f"{folder}/domain.xml"


def _wait_for(path, daemon):
    end = time.monotonic() + 20
    while not os.path.exists(path):
        if time.monotonic() > end:
            raise Failed(f"{daemon} does not come up; see its journal")
        time.sleep(0.05)
