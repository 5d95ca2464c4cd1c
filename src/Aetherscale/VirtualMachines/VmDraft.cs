using System.Runtime.InteropServices;
using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// A VM that is being made, in a hidden folder beside the others. <see cref="Commit"/> is the instant at which it exists;
/// a draft that is disposed without it leaves nothing.
/// </summary>
internal sealed class VmDraft : IDisposable
{
    /// <summary>Folders with this prefix belong to no VM: they are on their way in or out.</summary>
    public const string Prefix = ".unfinished-";

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    // QEMU may be another user; the folder above keeps everybody else out.
    private const UnixFileMode ReachableMode = FolderMode | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _vmsFolder;
    private readonly Action _release;
    private bool _committed;

    public VmDraft(VmId id, string vmsFolder, Action release)
    {
        Id = id;
        _vmsFolder = vmsFolder;
        _release = release;
        Folder = new VmFolder(PathOf(vmsFolder, id));
        if (Libc.MakeFolder(Folder.FolderPath, (uint)FolderMode) != 0)
        {
            throw FileErrors.From(Marshal.GetLastPInvokeError(), Folder.FolderPath);
        }
    }

    public VmId Id { get; }

    /// <summary>Where its files are until the commit.</summary>
    public VmFolder Folder { get; }

    /// <summary>Where its files are after the commit.</summary>
    public VmFolder FinalFolder => new($"{_vmsFolder}/{Id}");

    public static string PathOf(string vmsFolder, VmId id) => $"{vmsFolder}/{Prefix}{id}";

    /// <summary>Removes what a killed daemon left of drafts, and of VMs on their way out.</summary>
    /// <returns>The folders that were removed.</returns>
    public static IReadOnlyList<string> RemoveAll(string vmsFolder, Action<string, Exception> onFailure)
    {
        var removed = new List<string>();
        foreach (var folder in Directory.GetDirectories(vmsFolder, Prefix + "*"))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                removed.Add(folder);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                onFailure(folder, error);
            }
        }

        return removed;
    }

    /// <summary>Writes the spec, and the mark that has a restarted daemon start the VM if this one does not come to it.</summary>
    public void Write(VmSpec spec, bool isToBeStarted)
    {
        VmSpecFile.WriteNew(Folder, spec);
        if (isToBeStarted)
        {
            // Empty, and synced with its folder.
            StateFile.Create(Folder.Creating, FileMode).Dispose();
        }
    }

    /// <summary>Writes what tells the guest what to do when it boots first: the seed, and the credentials. Both may hold secrets.</summary>
    public async Task WriteFirstBootAsync(FirstBoot told, VmSpec spec)
    {
        Directory.CreateDirectory(Folder.Credentials, ReachableMode);
        var files = SystemCredentials.Of(told, spec).ToDictionary(one => $"{Folder.Credentials}/{one.Key}", one => one.Value);
        files.Add(Folder.Seed, told.ToSeed(spec));
        await Task.WhenAll(files.Select(file => Task.Run(() => DurableFile.WriteNew(file.Key, file.Value, FileMode, Beneath.FolderAndName), CancellationToken.None)));
        DurableFile.SyncFolder(Folder.Credentials);
    }

    /// <summary>Writes the UEFI variables with which the guest begins.</summary>
    public void WriteFirmwareVariables(string template) =>
        DurableFile.WriteNew(Folder.FirmwareVariables, File.ReadAllBytes(template), FileMode, Beneath.FolderAndName);

    /// <summary>Makes the VM exist, durably: its files must be written and synced.</summary>
    public void Commit()
    {
        DurableFile.SyncFolder(Folder.FolderPath);
        Directory.Move(Folder.FolderPath, FinalFolder.FolderPath);
        _committed = true;
        DurableFile.SyncFolder(_vmsFolder);
    }

    public void Dispose()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            Directory.Delete(Folder.FolderPath, recursive: true);
        }
        finally
        {
            _release();
        }
    }
}
