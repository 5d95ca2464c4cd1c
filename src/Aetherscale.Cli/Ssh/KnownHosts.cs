namespace Aetherscale.Cli.Ssh;

/// <summary>What ssh knows VMs by: a file for each, so that a VM that is made anew under an old name is another one.</summary>
internal sealed class KnownHosts
{
    private const string Told = "# told by the guest itself";

    private readonly string _folder;

    /// <exception cref="CliException">There is no place for them.</exception>
    public KnownHosts(Surroundings around) => _folder = FolderOf(around) ?? throw new CliException(ExitCodes.Usage, "HOME is not set");

    /// <summary>The name that ssh looks for.</summary>
    public static string AliasOf(string vmId) => $"aetherscale-{vmId}";

    public string FileOf(string vmId) => $"{_folder}/{vmId}";

    /// <summary>Whether the guest itself told its keys: then no other is taken.</summary>
    public bool AreTold(string vmId) => Read(vmId).StartsWith(Told, StringComparison.Ordinal);

    /// <summary>Has ssh take these keys and no others.</summary>
    /// <exception cref="CliException">The file cannot be written.</exception>
    public void Set(string vmId, IReadOnlyList<string> keys)
    {
        var text = string.Concat([Told + "\n", .. keys.Select(key => $"{AliasOf(vmId)} {key}\n")]);
        if (Read(vmId) == text)
        {
            return;
        }

        try
        {
            MakeFolder();
            var aside = $"{_folder}/.{vmId}.{Environment.ProcessId}";
            File.WriteAllText(aside, text);
            File.Move(aside, FileOf(vmId), overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Refused, $"the guest's host keys cannot be noted: {error.Message}");
        }
    }

    /// <summary>The VM is no more; its id does not come back. What cannot be removed does no harm.</summary>
    public static void Forget(Surroundings around, string vmId)
    {
        try
        {
            if (FolderOf(around) is { } folder && vmId.All(char.IsAsciiLetterLower))
            {
                File.Delete($"{folder}/{vmId}");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As it says.
        }
    }

    /// <summary>ssh makes the file by itself, but not its folder.</summary>
    public void MakeFolder() =>
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private static string? FolderOf(Surroundings around) =>
        (around.SetVariable("XDG_STATE_HOME") ?? (around.SetVariable("HOME") is { } home ? $"{home}/.local/state" : null)) is { } state
            ? $"{state}/aetherscale/known_hosts.d"
            : null;

    private string Read(string vmId)
    {
        try
        {
            return File.ReadAllText(FileOf(vmId));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
