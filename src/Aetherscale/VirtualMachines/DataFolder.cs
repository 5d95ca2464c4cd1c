namespace Aetherscale.VirtualMachines;

/// <summary>The state folder: its parts, and what must hold before a daemon works in it.</summary>
internal sealed class DataFolder(string path)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    public string Path { get; } = path;

    public string Images => Path + "/images";

    public string Vms => Path + "/vms";

    public string Requests => Path + "/requests";

    public string Networks => Path + "/networks";

    /// <summary>What this host is to others, and they to it.</summary>
    public string Fleet => Path + "/fleet";

    /// <summary>Makes what is missing, for the owner alone.</summary>
    /// <returns>What is wrong with the folder, or null.</returns>
    public string? Prepare()
    {
        foreach (var folder in new[] { Path, Images, Vms, Networks, Fleet })
        {
            try
            {
                Directory.CreateDirectory(folder, Private);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return $"{folder} cannot be made: {error.Message}";
            }

            // The folder may be a link to a larger disk; what counts is where it leads.
            if ((File.GetUnixFileMode(folder) & WritableByOthers) != 0)
            {
                return $"{folder} can be written by others, who could lead the daemon astray. Mend it with: chmod go-w {folder}";
            }
        }

        return null;
    }
}
