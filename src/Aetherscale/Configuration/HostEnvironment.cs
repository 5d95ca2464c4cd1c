namespace Aetherscale.Configuration;

/// <summary>What the process was given by its surroundings, and where the XDG base directories lie.</summary>
/// <param name="Variables">The environment variables.</param>
/// <param name="UserId">The effective user id.</param>
/// <param name="ProgramFolder">Where the daemon's own program lies.</param>
/// <param name="IsSystem">The daemon is the machine's, run by PID 1, and no user's: XDG directories do not count.</param>
internal sealed record HostEnvironment(
    IReadOnlyDictionary<string, string> Variables, uint UserId, string ProgramFolder, bool IsSystem = false)
{
    /// <summary>The user's home.</summary>
    /// <exception cref="SettingsException">HOME is not set.</exception>
    public string Home => Folder("HOME", () => throw new SettingsException("HOME is not set; set it to the user's home."));

    /// <summary>Where state belongs (<c>XDG_DATA_HOME</c>, or /var/lib).</summary>
    public string DataHome => IsSystem ? "/var/lib" : Folder("XDG_DATA_HOME", () => Path.Combine(Home, ".local/share"));

    /// <summary>Where configuration belongs (<c>XDG_CONFIG_HOME</c>, or /etc).</summary>
    public string ConfigHome => IsSystem ? "/etc" : Folder("XDG_CONFIG_HOME", () => Path.Combine(Home, ".config"));

    /// <summary>Where sockets belong (<c>XDG_RUNTIME_DIR</c>, or /run).</summary>
    public string RuntimeDirectory => IsSystem ? "/run" : Folder("XDG_RUNTIME_DIR", () => $"/run/user/{UserId}");

    private string Folder(string variable, Func<string> otherwise) =>
        Variables.TryGetValue(variable, out var value) && value.StartsWith('/') ? value.TrimEnd('/') : otherwise();
}
