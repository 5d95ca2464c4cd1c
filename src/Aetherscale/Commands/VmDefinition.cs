using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>What create-vm has to be told to make a VM's like: by its spec, its disk's header and its seed, which are the truth of it.</summary>
internal static class VmDefinition
{
    private const long Mebibyte = 1024 * 1024;

    /// <exception cref="AetherscaleException"><c>vm-broken</c>, <c>disk-missing</c> or <c>disk-unsafe</c>.</exception>
    public static CreateVmOptions Of(Vm vm, ImageStore images)
    {
        var spec = vm.Spec ?? throw new AetherscaleException(VmBroken, $"VM \"{vm.DisplayName}\" cannot be described: {vm.Problem}.");
        var told = spec.Seed is true ? Ask(vm, vm.Folder.Seed, path => SeedFile.Read(path, spec)) : new FirstBoot();
        return new CreateVmOptions
        {
            Image = spec.Image,
            Name = spec.Name,
            Cpus = spec.Cpus,
            Memory = spec.MemoryMib,
            Disk = DiskOf(vm, images.DigestPathOf(spec.BaseSha256)),
            SshKeys = told.SshKeys.Count > 0 ? told.SshKeys : null,
            Hostname = told.Hostname,
            UserData = told.UserData,
            NetworkConfig = told.NetworkConfig,
            InitScript = told.InitScript,
            Graphics = spec.Graphics,
            Firmware = spec.Firmware,
            Autostart = spec.Autostart,
            Restart = spec.Restart,
        };
    }

    /// <summary>Nothing where it is as large as its image's, which may be no whole number of MiB.</summary>
    private static int? DiskOf(Vm vm, string basePath)
    {
        var size = Ask(vm, vm.Folder.Disk, OverlayFile.VirtualSizeOf);
        return size % Mebibyte != 0 || size == Ask(vm, basePath, OverlayFile.VirtualSizeOf) ? null : (int)(size / Mebibyte);
    }

    private static T Ask<T>(Vm vm, string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (InvalidDataException error)
        {
            throw new AetherscaleException(
                File.Exists(path) ? DiskUnsafe : DiskMissing, $"VM \"{vm.DisplayName}\" cannot be described by {path}: {error.Message}.", error);
        }
    }
}
