using System.Collections.Concurrent;
using Aetherscale.Files;
using Aetherscale.Images;
using Aetherscale.Qemu;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>Whether a VM's disk and the base under it are still what the VM was made with; asked before each start.</summary>
internal sealed class VmDisks(ImageStore images, UefiFirmware firmware)
{
    private readonly ConcurrentDictionary<string, FileStatus> _unchanged = new();

    /// <exception cref="AetherscaleException"><c>disk-missing</c>, <c>disk-unsafe</c> or <c>base-changed</c>.</exception>
    public async Task CheckAsync(Vm vm, VmSpec spec, CancellationToken cancellationToken)
    {
        if (!vm.HasDisk)
        {
            throw new AetherscaleException(DiskMissing, $"VM \"{vm.DisplayName}\" cannot be started: its disk {vm.Folder.Disk} is missing.");
        }

        if (spec.Seed is true && FileStatus.Of(vm.Folder.Seed) is not { Kind: FileKind.Regular })
        {
            throw new AetherscaleException(
                DiskMissing,
                $"VM \"{vm.DisplayName}\" cannot be started: its seed {vm.Folder.Seed} is missing, or no regular file. Without the line \"seed\" in {vm.Folder.Spec} it starts without one.");
        }

        if (spec.IsUefi && firmware.Find() is null)
        {
            throw new AetherscaleException(
                FirmwareMissing, $"VM \"{vm.DisplayName}\" cannot be started: it boots by UEFI, and this host has no firmware for that: {UefiFirmware.Install}");
        }

        if (spec.IsUefi && FileStatus.Of(vm.Folder.FirmwareVariables) is not { Kind: FileKind.Regular })
        {
            throw new AetherscaleException(
                DiskMissing,
                $"VM \"{vm.DisplayName}\" cannot be started: its UEFI variables {vm.Folder.FirmwareVariables} are missing, or no regular file. A copy of {firmware.Find()!.Value.Variables} begins anew.");
        }

        if ((spec.Credentials ?? []).FirstOrDefault(name => FileStatus.Of($"{vm.Folder.Credentials}/{name}") is not { Kind: FileKind.Regular }) is { } credential)
        {
            throw new AetherscaleException(
                DiskMissing,
                $"VM \"{vm.DisplayName}\" cannot be started: its credential {vm.Folder.Credentials}/{credential} is missing, or no regular file. Without its name in {vm.Folder.Spec} it starts without it.");
        }

        var basePath = images.DigestPathOf(spec.BaseSha256);
        try
        {
            OverlayFile.Check(vm.Folder.Disk, basePath);
        }
        catch (InvalidDataException error)
        {
            throw new AetherscaleException(
                DiskUnsafe, $"VM \"{vm.DisplayName}\" is not started: its disk {vm.Folder.Disk} is not as it was made: {error.Message}.", error);
        }

        await CheckBaseAsync(vm, spec, basePath, cancellationToken);
    }

    /// <summary>
    /// The kernel dates each change of a file. Only a base with one since the VM was made is read again: a link that came or
    /// went is a change, too.
    /// </summary>
    private async Task CheckBaseAsync(Vm vm, VmSpec spec, string path, CancellationToken cancellationToken)
    {
        if (FileStatus.Of(path) is not { Kind: FileKind.Regular })
        {
            throw Changed("is missing, or no regular file");
        }

        using var file = ImageFile.Open(path) ?? throw Changed("is missing");
        var status = FileStatus.Of(file);
        var changed = DateTimeOffset.UnixEpoch.AddMicroseconds(status.ChangeTime / 1000);
        if (changed <= spec.Created || (_unchanged.TryGetValue(path, out var known) && known == status))
        {
            return;
        }

        if (await FileDigest.ComputeAsync(file, cancellationToken) != spec.BaseSha256)
        {
            throw Changed("has changed since the VM was made");
        }

        _unchanged[path] = status;

        AetherscaleException Changed(string how) => new(
            BaseChanged, $"VM \"{vm.DisplayName}\" is not started: the base of its disk, {path}, {how}. Put back what it was, of image \"{spec.Image}\".");
    }
}
