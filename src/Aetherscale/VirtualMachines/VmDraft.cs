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

    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _vmsFolder;
    private readonly Action _release;
    private bool _committed;

    public VmDraft(VmId id, string vmsFolder, Action release)
    {
        Id = id;
        _vmsFolder = vmsFolder;
        _release = release;
        Folder = new VmFolder(PathOf(vmsFolder, id));
        Directory.CreateDirectory(Folder.FolderPath, FolderMode);
    }

    public VmId Id { get; }

    /// <summary>Where its files are until the commit.</summary>
    public VmFolder Folder { get; }

    /// <summary>Where its files are after the commit.</summary>
    public VmFolder FinalFolder => new($"{_vmsFolder}/{Id}");

    public static string PathOf(string vmsFolder, VmId id) => $"{vmsFolder}/{Prefix}{id}";

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
        if (!_committed)
        {
            Directory.Delete(Folder.FolderPath, recursive: true);
            _release();
        }
    }
}
