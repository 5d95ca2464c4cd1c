using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Aetherscale.Files;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// As whom QEMUs run. In user mode as the daemon's own user; in system mode each as a user of its own, so that one which was broken into
/// has no right to another's disk, or all as one user where the machine does not find such users.
/// </summary>
/// <param name="accounts">Null in user mode.</param>
/// <param name="records">Where VMs' users are made.</param>
/// <param name="data">Whose VMs.</param>
internal sealed class VmUsers(SystemAccounts? accounts, UserRecords records, DataFolder data)
{
    /// <summary>
    /// A million numbers that neither systemd nor Debian gives away, no user namespace maps as a rule, and no directory service's
    /// default range reaches (https://systemd.io/UIDS-GIDS).
    /// </summary>
    public const uint FirstId = 2_100_000_000;

    public const uint LastId = 2_100_999_999;

    private const string Prefix = "aetherscale-vm-";

    private readonly Lazy<string?> _whyShared = new(() => accounts is null ? null : Probe(records, data));

    /// <summary>As whom the daemon's own helpers in units run; null in user mode.</summary>
    public VmUser? Shared => accounts?.Vms;

    /// <summary>Why VMs do not have users of their own; null when they do, or in user mode. The first call tries it.</summary>
    public string? WhyShared => _whyShared.Value;

    /// <summary>As whom this VM's QEMU runs; null for the daemon's own user.</summary>
    public VmUser? Of(VmId id, VmSpec spec) =>
        accounts is not null && spec.UserId is { } own ? accounts.Vms with { Name = NameOf(id), UserId = own } : accounts?.Vms;

    /// <summary>Makes a user for a new VM.</summary>
    /// <returns>Its number; null where VMs have none of their own.</returns>
    public uint? Take(VmId id)
    {
        if (accounts is null || WhyShared is not null)
        {
            return null;
        }

        while (true)
        {
            var number = (uint)RandomNumberGenerator.GetInt32((int)FirstId, (int)LastId + 1);
            if (!Accounts.IsTaken(number) && records.TryAdd(NameOf(id), number, $"aetherscale VM {id}", data.Path))
            {
                return number;
            }
        }
    }

    /// <summary>Takes a VM's user back, after its files. Once more does no harm.</summary>
    public void Release(VmId id)
    {
        if (accounts is not null)
        {
            records.Remove(NameOf(id));
        }
    }

    /// <summary>Removes the users of VMs that are not there: what made or removed those was cut off.</summary>
    public void Sweep(IReadOnlySet<VmId> ids)
    {
        foreach (var name in accounts is null ? [] : records.Find(Prefix, data.Path))
        {
            if (VmId.TryParse(name[Prefix.Length..], out var id) && !ids.Contains(id))
            {
                records.Remove(name);
            }
        }
    }

    /// <summary>Sees to it that the VM's user is there, and that the files which QEMU opens are that user's alone.</summary>
    public void Prepare(VmId id, VmSpec spec, VmFolder folder)
    {
        if (Of(id, spec) is not { } user)
        {
            return;
        }

        if (spec.UserId is { } number && !records.Contains(user.Name) && !records.TryAdd(user.Name, number, $"aetherscale VM {id}", data.Path))
        {
            throw new IOException($"The number {number} of VM \"{id}\" belongs to another user in {UserRecords.MachineFolder}.");
        }

        foreach (var path in (string[])[folder.Disk, folder.FirmwareVariables, folder.ConsoleLog, folder.Seed, .. (spec.Credentials ?? []).Select(name => $"{folder.Credentials}/{name}")])
        {
            if (FileStatus.Of(path) is { } status && status.UserId != user.UserId)
            {
                Give(path, user.UserId);
            }
        }
    }

    /// <summary>Makes a file another user's.</summary>
    public static void Give(string path, uint userId, int guarded = Beneath.FolderAndName)
    {
        using var file = Beneath.OpenFile(path, guarded: guarded);
        if (Libc.Chown(file, userId, 0) != 0)
        {
            throw FileErrors.From(Marshal.GetLastPInvokeError(), path);
        }
    }

    /// <summary>Makes a folder another user's.</summary>
    public static void GiveFolder(string path, uint userId)
    {
        using var folder = Beneath.Open(path, Libc.ReadOnly | Libc.Directory);
        if (folder.IsInvalid || Libc.Chown(folder, userId, 0) != 0)
        {
            throw FileErrors.From(Marshal.GetLastPInvokeError(), path);
        }
    }

    private static string NameOf(VmId id) => Prefix + id;

    /// <summary>Makes a user, and looks whether the machine finds it and lets it own a file.</summary>
    private static string? Probe(UserRecords records, DataFolder data)
    {
        var name = $"aetherscale-try-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8)}";
        var number = (uint)RandomNumberGenerator.GetInt32((int)FirstId, (int)LastId + 1);
        var file = $"{data.Path}/{name}";
        try
        {
            records.TryAdd(name, number, "aetherscale tries whether users can be files", data.Path);
            StateFile.Create(file, UnixFileMode.UserRead | UnixFileMode.UserWrite, Beneath.Name).Dispose();
            if (Accounts.UserId(name) != number)
            {
                return $"the machine does not find users in {UserRecords.MachineFolder}";
            }

            Give(file, number, Beneath.Name);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
        finally
        {
            File.Delete(file);
            records.Remove(name);
        }
    }
}
