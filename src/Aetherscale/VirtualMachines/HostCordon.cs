using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>Whether this host takes no new VMs that somebody else places here: so while a file stands.</summary>
internal sealed class HostCordon(DataFolder data)
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _gate = new();
    private readonly string _file = data.Fleet + "/cordoned";

    public bool IsSet => File.Exists(_file);

    public void Set()
    {
        lock (_gate)
        {
            DurableFile.Replace(_file, [], FileMode);
        }
    }

    public void Lift()
    {
        lock (_gate)
        {
            File.Delete(_file);
            DurableFile.SyncFolder(data.Fleet);
        }
    }
}
