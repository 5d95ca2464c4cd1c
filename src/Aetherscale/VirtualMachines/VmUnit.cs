using System.Globalization;
using Aetherscale.Qemu;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>The systemd unit of a VM: its name, and its text, which is all that is needed to run the VM without us.</summary>
internal static class VmUnit
{
    /// <summary>Matches every VM's unit (fnmatch(3)).</summary>
    public const string Pattern = Prefix + "*" + Suffix;

    private const string Prefix = "aetherscale-vm-";
    private const string Suffix = ".service";

    /// <summary>systemd's own time, on top of the guest's, to end what is left.</summary>
    private const int StopReserveSeconds = 15;

    // What a user manager can enforce around QEMU with VDE. Some directives that the system manager knows fail here
    // (PrivateDevices, SupplementaryGroups), and RestrictNamespaces and the like work only together with PrivateUsers.
    // ProtectHome=tmpfs also hides the manager's own sockets, by which a process could start a unit without a sandbox; what
    // QEMU needs is bound back in. /sys is hidden as a whole, with the control groups that the user may write, in place of
    // ProtectControlGroups and ProtectKernelTunables: those make some 25 mounts, which take longer than QEMU's own start, and
    // what they cover in /proc no user without capabilities can write anyway.
    private static readonly (string Key, string Value)[] s_sandbox =
    [
        ("NoNewPrivileges", "yes"),
        ("PrivateUsers", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "tmpfs"),
        ("PrivateTmp", "yes"),
        ("PrivateNetwork", "yes"),
        ("PrivateMounts", "yes"),
        ("LockPersonality", "yes"),
        ("ProtectKernelModules", "yes"),
        ("TemporaryFileSystem", "/sys:ro"),
        ("ProtectClock", "yes"),
        ("RestrictNamespaces", "yes"),
        ("RestrictRealtime", "yes"),
        ("RestrictSUIDSGID", "yes"),
        ("RestrictAddressFamilies", "AF_UNIX"),
        ("SystemCallArchitectures", "native"),
        ("SystemCallFilter", "@system-service seccomp"),
        ("SystemCallFilter", "~@privileged @resources"),
        ("SystemCallErrorNumber", "EPERM"),
        ("UMask", "0077"),
        ("KeyringMode", "private"),
        ("LimitCORE", "0"),
    ];

    public static string NameOf(VmId id) => $"{Prefix}{id}{Suffix}";

    /// <summary>The VM whose unit has this name; null when it is no VM's.</summary>
    public static VmId? IdOf(string unit) =>
        unit.StartsWith(Prefix, StringComparison.Ordinal)
        && unit.EndsWith(Suffix, StringComparison.Ordinal)
        && VmId.TryParse(unit[Prefix.Length..^Suffix.Length], out var id) ? id : null;

    /// <summary>The unit's whole text. The same description gives the same text.</summary>
    /// <exception cref="AetherscaleException"><c>bad-request</c>: a path in it cannot stand in a unit.</exception>
    public static string Render(VmUnitDescription vm)
    {
        var head = new UnitText()
            .Comment(
                $"Written by aetherscale from {vm.SpecFile}.",
                "The VM starts and stops by this unit alone. Changes made here are undone by start-vm; yours go into a drop-in:",
                $"systemctl --user edit {NameOf(vm.Id)}")
            .Section("Unit")
            .Description($"aetherscale VM {vm.Id}");
        var text = OwnUnits.Sign(head, vm.DataFolder)
            .Set("Wants", vm.SwitchUnit)
            .Set("After", vm.SwitchUnit)
            .Comment("Five crashes in five minutes, and it stays down.")
            .Set("StartLimitIntervalSec", "300")
            .Set("StartLimitBurst", "5")
            .Section("Service")
            .Set("Type", "exec")
            .Command("ExecStart", QemuCommandLine.Build(vm.Qemu))
            .Comment(
                "What QEMU is told on its standard input: to plug the network card into the switch. Without a switch it runs on,",
                "while the same on its command line would have to work or end it.")
            .Set("StandardInput", "data")
            .Input(QemuNetwork.PlugCommands(vm.SwitchSocket))
            .Set("StandardOutput", "null")
            .Comment("What QEMU complains about; without this line it would follow the standard output.")
            .Set("StandardError", "journal")
            .Comment("Shuts the guest down; the dash: it also runs when the guest has powered itself off.")
            .Command("ExecStop", [vm.StopHelper, vm.Qemu.StopSocket, Seconds(vm.StopGrace)], mayFail: true)
            .Set("TimeoutStopSec", Seconds(vm.StopGrace + TimeSpan.FromSeconds(StopReserveSeconds)))
            .Set("Restart", vm.Restart == RestartPolicy.Never ? "no" : PolicyWord.Of(vm.Restart))
            .Set("RestartSec", "1")
            .Set("RuntimeDirectory", RuntimeFolder.RelativeOfVm(vm.Id))
            .Set("RuntimeDirectoryMode", "0700")
            .Comment("Of the VM's folder QEMU sees the files that it writes; the spec and all that the daemon trusts are not among them.")
            .Set("BindPaths", UnitEscaper.BindPath(vm.Qemu.DiskPath))
            .Set("BindPaths", UnitEscaper.BindPath(vm.Qemu.ConsoleLog))
            .Set("BindPaths", UnitEscaper.BindPath(vm.SwitchFolder, mayBeMissing: true))
            .Set("BindReadOnlyPaths", UnitEscaper.BindPath(vm.BaseFolder))
            .Set("BindReadOnlyPaths", UnitEscaper.BindPath(vm.StopHelper, mayBeMissing: true));
        foreach (var (key, value) in s_sandbox)
        {
            text.Set(key, value);
        }

        if (vm.Qemu.Accelerator == Accelerator.Kvm)
        {
            // TCG is what writes code.
            text.Set("MemoryDenyWriteExecute", "yes");
        }

        return text.Section("Install").Set("WantedBy", "default.target").Build();
    }

    private static string Seconds(TimeSpan time) => ((int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
