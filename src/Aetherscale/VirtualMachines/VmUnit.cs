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
        var scope = vm.User is null ? SystemdScope.User : SystemdScope.System;
        var head = new UnitText()
            .Comment(
                $"Written by aetherscale from {vm.SpecFile}.",
                "The VM starts and stops by this unit alone. Changes made here are undone by start-vm; yours go into a drop-in:",
                $"{scope.Systemctl()} edit {NameOf(vm.Id)}")
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
            .Input(QemuNetwork.PlugCommands(vm.SwitchSocket, isShared: vm.User is not null))
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
            .Confine(vm.Sandbox, vm.Qemu.Accelerator, vm.PrivateFolders, vm.User, $"%t/{RuntimeFolder.RelativeOfVm(vm.Id)}");
        if (vm.Sandbox != SandboxForm.NoNamespaces)
        {
            text.Comment("Of the VM's folder QEMU sees the files that it writes; the spec and all that the daemon trusts are not among them.")
                .Set("BindPaths", UnitEscaper.BindPath(vm.Qemu.DiskPath))
                .Set("BindPaths", UnitEscaper.BindPath(vm.Qemu.ConsoleLog))
                .Set("BindPaths", UnitEscaper.BindPath(vm.SwitchFolder, mayBeMissing: true))
                .Set("BindReadOnlyPaths", UnitEscaper.BindPath(vm.BaseFolder))
                .Set("BindReadOnlyPaths", UnitEscaper.BindPath(vm.StopHelper, mayBeMissing: true));
            if (vm.Qemu.FirmwareVariables is not null)
            {
                text.Set("BindPaths", UnitEscaper.BindPath(vm.Qemu.FirmwareVariables));
            }

            if (vm.Qemu.SeedPath is not null)
            {
                text.Set("BindReadOnlyPaths", UnitEscaper.BindPath(vm.Qemu.SeedPath));
            }

            if (vm.Qemu.CredentialPaths is [var credential, ..])
            {
                text.Set("BindReadOnlyPaths", UnitEscaper.BindPath(Path.GetDirectoryName(credential)!));
            }

            if (VmSandbox.Hides(vm.Qemu.Binary, vm.PrivateFolders))
            {
                text.Set("BindReadOnlyPaths", UnitEscaper.BindPath(vm.Qemu.Binary, mayBeMissing: true));
            }
        }

        return text.Section("Install").Set("WantedBy", scope.BootTarget()).Build();
    }

    private static string Seconds(TimeSpan time) => ((int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
