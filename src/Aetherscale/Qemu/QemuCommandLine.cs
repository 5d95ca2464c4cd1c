using System.Globalization;
using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>
/// From a VM's description to its QEMU command. What QEMU 7.2 takes as JSON is given as JSON, so that no value is ever
/// parsed as something else; the rest are numbers, ids, and paths in <c>-chardev</c>, whose commas are doubled.
/// </summary>
internal static class QemuCommandLine
{
    /// <summary>The whole command, the program first. The same configuration gives the same list.</summary>
    public static IReadOnlyList<string> Build(QemuConfiguration vm) =>
    [
        vm.Binary,
        "-name", $"qemu-vm-{OptionValue(vm.VmId)},process=vm-{OptionValue(vm.VmId)}",
        "-uuid", vm.Uuid.ToString("D"),

        // Only what stands here: no default devices, no configuration files, no window.
        "-nodefaults", "-no-user-config", "-display", "none",
        .. Firmware(vm),
        .. Machine(vm),
        .. Disk(vm),
        .. Seed(vm),

        // By file, for everybody on the host may read a process' arguments.
        .. vm.CredentialPaths.SelectMany(path => (string[])["-smbios", $"type=11,path={OptionValue(path)}"]),
        .. Network(vm),
        "-device", QemuJson.Object(device => device.WriteString("driver", "virtio-rng-pci")),
        .. GuestAgent(vm),
        .. Graphics(vm),
        .. Monitor("qmp", vm.QmpSocket),
        .. Monitor("stop", vm.StopSocket),

        // Appended to, so that the log may be cut while QEMU has it open.
        "-chardev", $"{SocketServer("console", vm.ConsoleSocket)},logfile={OptionValue(vm.ConsoleLog)},logappend=on",
        "-serial", "chardev:console",
        "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
    ];

    /// <summary>
    /// A value inside QEMU's <c>key=value,key=value</c>: a comma is doubled, all else stands for itself.
    /// </summary>
    public static string OptionValue(string value) => value.Replace(",", ",,", StringComparison.Ordinal);

    // Two flash chips, as a real machine has: one to be read, and one where the guest keeps what it boots from.
    private static IEnumerable<string> Firmware(QemuConfiguration vm) => vm.FirmwareCode is null || vm.FirmwareVariables is null ? [] :
    [
        "-blockdev", QemuJson.Object(node =>
        {
            node.WriteString("driver", "raw");
            node.WriteString("node-name", "firmware");
            node.WriteBoolean("read-only", true);
            WriteFile(node, vm.FirmwareCode);
        }),
        "-blockdev", QemuJson.Object(node =>
        {
            node.WriteString("driver", "raw");
            node.WriteString("node-name", "variables");
            WriteFile(node, vm.FirmwareVariables);
        }),
    ];

    private static IEnumerable<string> Machine(QemuConfiguration vm) =>
    [
        // vmport is VMware's back door, which no guest of ours needs.
        "-machine", vm.FirmwareCode is null ? "q35,vmport=off" : "q35,vmport=off,pflash0=firmware,pflash1=variables",
        .. vm.Accelerator == Accelerator.Kvm
            ? (string[])["-accel", "kvm", "-cpu", "host"]
            : ["-accel", "tcg,thread=multi", "-cpu", "max"],
        "-smp", vm.Cpus.ToString(CultureInfo.InvariantCulture),
        "-m", string.Create(CultureInfo.InvariantCulture, $"{vm.MemoryMib}M"),

        // Boot from the disk or not at all.
        "-boot", "strict=on",

        // A guest's reboot and triple fault reset the machine within the same process, its power-off ends QEMU with 0:
        // both are QEMU's defaults. A kernel panic, told by the pvpanic device, ends QEMU with 1: a crash for systemd.
        "-device", QemuJson.Object(device => device.WriteString("driver", "pvpanic-pci")),
        "-action", "panic=exit-failure",
    ];

    // Both formats are named and so is the backing file: QEMU neither guesses nor follows the name in the disk's
    // header.
    // It pauses the guest when the host's disk is full (virtio-blk's default), and resumes it cleanly.
    private static IEnumerable<string> Disk(QemuConfiguration vm) =>
    [
        "-blockdev", QemuJson.Object(node =>
        {
            node.WriteString("driver", "qcow2");
            node.WriteString("node-name", "disk");

            // What the guest trims is given back to the host's file system.
            node.WriteString("discard", "unmap");
            WriteFile(node, vm.DiskPath);
            node.WriteStartObject("backing");
            node.WriteString("driver", "qcow2");
            node.WriteBoolean("read-only", true);
            WriteFile(node, vm.BasePath);
            node.WriteEndObject();
        }),
        "-device", QemuJson.Object(device =>
        {
            device.WriteString("driver", "virtio-blk-pci");
            device.WriteString("drive", "disk");
            device.WriteNumber("bootindex", 1);
        }),
    ];

    // A virtio disk: kernels made for the cloud have no driver for a CD drive.
    private static IEnumerable<string> Seed(QemuConfiguration vm) => vm.SeedPath is null ? [] :
    [
        "-blockdev", QemuJson.Object(node =>
        {
            node.WriteString("driver", "raw");
            node.WriteString("node-name", "seed");
            node.WriteBoolean("read-only", true);
            WriteFile(node, vm.SeedPath);
        }),
        "-device", QemuJson.Object(device =>
        {
            device.WriteString("driver", "virtio-blk-pci");
            device.WriteString("drive", "seed");
        }),
    ];

    // The leg to the switch is plugged in on the standard input's monitor, and again after the switch was restarted; the
    // guest only sees packets lost.
    private static IEnumerable<string> Network(QemuConfiguration vm) =>
    [
        "-netdev", QemuJson.Object(netdev => QemuNetwork.WriteHubPort(netdev, QemuNetwork.CardPort, null)),
        "-netdev", QemuJson.Object(netdev => QemuNetwork.WriteHubPort(netdev, QemuNetwork.SinkPort, null)),
        "-device", QemuJson.Object(device =>
        {
            device.WriteString("driver", "virtio-net-pci");
            device.WriteString("netdev", QemuNetwork.CardPort);
            device.WriteString("mac", vm.Mac);

            // No boot over the network: the card needs no PXE program.
            device.WriteString("romfile", "");
        }),
        "-chardev", "stdio,id=plug,signal=off", "-mon", "chardev=plug,mode=control",
    ];

    private static IEnumerable<string> GuestAgent(QemuConfiguration vm) =>
    [
        "-device", QemuJson.Object(device => device.WriteString("driver", "virtio-serial-pci")),
        "-chardev", SocketServer("qga", vm.AgentSocket),
        "-device", QemuJson.Object(device =>
        {
            device.WriteString("driver", "virtserialport");
            device.WriteString("chardev", "qga");
            device.WriteString("name", "org.qemu.guest_agent.0");
        }),
    ];

    // A card that every firmware and guest knows. The tablet tells where the pointer is, not how far it was moved: the
    // viewer's and the guest's stay together. The socket's folder is the user's alone, so VNC asks for no password.
    private static IEnumerable<string> Graphics(QemuConfiguration vm) => vm.VncSocket is null ? [] :
    [
        "-device", QemuJson.Object(device => device.WriteString("driver", "VGA")),
        "-device", QemuJson.Object(device => device.WriteString("driver", "qemu-xhci")),
        "-device", QemuJson.Object(device => device.WriteString("driver", "usb-tablet")),
        "-vnc", $"unix:{OptionValue(vm.VncSocket)}",
    ];

    private static IEnumerable<string> Monitor(string id, string socket) =>
        ["-chardev", SocketServer(id, socket), "-mon", $"chardev={id},mode=control"];

    // QEMU 7.2 takes no JSON for -chardev.
    private static string SocketServer(string id, string path) =>
        $"socket,id={id},path={OptionValue(path)},server=on,wait=off";

    private static void WriteFile(Utf8JsonWriter node, string path)
    {
        node.WriteStartObject("file");
        node.WriteString("driver", "file");
        node.WriteString("filename", path);
        node.WriteEndObject();
    }
}
