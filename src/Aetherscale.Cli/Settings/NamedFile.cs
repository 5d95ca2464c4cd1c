namespace Aetherscale.Cli.Settings;

/// <summary>A file that the surroundings name.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="NamedBy">The variable, or the setting and its file, for messages.</param>
internal sealed record NamedFile(string Path, string NamedBy)
{
    /// <param name="variable">Goes before the settings.</param>
    /// <param name="key">The key in <c>[client]</c>.</param>
    /// <param name="pick">Its value.</param>
    /// <param name="around">The variables and the settings' places.</param>
    /// <returns>Null when nothing names one.</returns>
    public static NamedFile? Find(string variable, string key, Func<ClientSettings, string?> pick, Surroundings around)
    {
        if (around.SetVariable(variable) is { } file)
        {
            return new NamedFile(file, variable);
        }

        foreach (var settings in new[] { ClientSettings.UserFile(around), around.MachineConfig })
        {
            if (ClientSettings.Read(settings) is { } client && pick(client) is { } path)
            {
                return new NamedFile(path, $"[client] {key} in {settings}");
            }
        }

        return null;
    }

    /// <summary>The text is not repeated: it may be what belongs into the file.</summary>
    /// <param name="holds">What the file holds.</param>
    /// <exception cref="CliException">It is no path.</exception>
    public void CheckPath(string holds)
    {
        if (!System.IO.Path.IsPathRooted(Path))
        {
            throw new CliException(ExitCodes.Usage, $"{NamedBy} must be the absolute path of a file that holds {holds}");
        }
    }
}
