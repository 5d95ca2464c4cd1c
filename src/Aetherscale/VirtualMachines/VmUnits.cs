using Aetherscale.Files;
using Aetherscale.Images;
using Aetherscale.Qemu;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>Keeps each VM's unit file what its spec says.</summary>
internal sealed class VmUnits(
    UnitFolder folder,
    OwnUnits own,
    VmNetworks networks,
    ImageStore images,
    DataFolder data,
    RuntimeFolder runtime,
    SandboxProbe sandbox,
    VmUsers users,
    VmUnitSettings settings)
{
    public UnitFolder Folder { get; } = folder;

    /// <summary>The QEMU program.</summary>
    public string Qemu => settings.Qemu;

    /// <summary>What QEMU runs guests with here.</summary>
    public Accelerator Accelerator => settings.Accelerator;

    /// <summary>Writes the unit file, and those of its network, where they are missing or not what they should be.</summary>
    public async Task PrepareAsync(VmId id, VmSpec spec, CancellationToken cancellationToken)
    {
        await networks.PrepareAsync(spec.Network, cancellationToken);
        var files = new VmFolder($"{data.Vms}/{id}");
        CreateConsoleLog(files.ConsoleLog);
        users.Prepare(id, spec, files);
        own.Write(VmUnit.NameOf(id), VmUnit.Render(Describe(id, spec, await sandbox.FormAsync(cancellationToken))));
    }

    /// <summary>Makes sure that systemd knows the file as it is now, if it has loaded the unit before.</summary>
    public Task RefreshAsync(VmId id, CancellationToken cancellationToken) => own.RefreshAsync(VmUnit.NameOf(id), cancellationToken);

    /// <summary>The sandbox binds the file itself: it has to be there. What it holds is worth no fsync.</summary>
    private static void CreateConsoleLog(string path)
    {
        if (FileStatus.Of(path) is null)
        {
            StateFile.Create(path, UnixFileMode.UserRead | UnixFileMode.UserWrite).Dispose();
        }
    }

    private VmUnitDescription Describe(VmId id, VmSpec spec, SandboxForm form)
    {
        var folder = new VmFolder($"{data.Vms}/{id}");
        var sockets = runtime.OfVm(id);
        var basePath = images.DigestPathOf(spec.BaseSha256);
        return new VmUnitDescription
        {
            Id = id,
            SpecFile = folder.Spec,
            DataFolder = data.Path,
            BaseFolder = Path.GetDirectoryName(basePath)!,
            SwitchFolder = networks.SwitchFolderOf(spec.Network),
            SwitchSocket = networks.SwitchSocketOf(spec.Network),
            SwitchUnit = networks.SwitchUnitOf(spec.Network),
            Restart = spec.RestartPolicy,
            PrivateFolders = settings.PrivateFolders,
            Sandbox = form,
            User = users.Of(id, spec),
            StopHelper = settings.StopHelper,
            StopGrace = settings.StopGrace,
            Qemu = new QemuConfiguration
            {
                Binary = settings.Qemu,
                VmId = id.ToString(),
                Uuid = spec.Uuid,
                Accelerator = settings.Accelerator,
                Cpus = spec.Cpus,
                MemoryMib = spec.MemoryMib,
                DiskPath = folder.Disk,
                BasePath = basePath,
                SeedPath = spec.Seed is true ? folder.Seed : null,
                FirmwareCode = spec.IsUefi ? settings.Firmware.Code : null,
                FirmwareVariables = spec.IsUefi ? folder.FirmwareVariables : null,
                CredentialPaths = [.. (spec.Credentials ?? []).Select(name => $"{folder.Credentials}/{name}")],
                Mac = spec.Mac,
                QmpSocket = sockets.QmpSocket,
                StopSocket = sockets.StopSocket,
                AgentSocket = sockets.AgentSocket,
                ConsoleSocket = sockets.ConsoleSocket,
                ConsoleLog = folder.ConsoleLog,
                VncSocket = spec.Graphics is null ? null : sockets.VncSocket,
            },
        };
    }
}

/// <summary>What units hold that is the same for every VM of this host.</summary>
/// <param name="Qemu">The QEMU program.</param>
/// <param name="StopHelper">The ExecStop program.</param>
/// <param name="StopGrace">How long a guest may take to shut down.</param>
/// <param name="Accelerator">What QEMU runs guests with.</param>
/// <param name="Firmware">For VMs that boot by UEFI.</param>
/// <param name="PrivateFolders">What no VM may see, but for what is its own there.</param>
internal sealed record VmUnitSettings(
    string Qemu, string StopHelper, TimeSpan StopGrace, Accelerator Accelerator, UefiFirmware Firmware, IReadOnlyList<string> PrivateFolders);
