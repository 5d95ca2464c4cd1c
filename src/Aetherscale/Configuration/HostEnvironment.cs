namespace Aetherscale.Configuration;

/// <summary>What the process was given by its surroundings, and where the XDG base directories lie.</summary>
/// <param name="Variables">The environment variables.</param>
/// <param name="UserId">The effective user id.</param>
/// <param name="ProgramFolder">Where the daemon's own program lies.</param>
internal sealed record HostEnvironment(
    IReadOnlyDictionary<string, string> Variables, uint UserId, string ProgramFolder)
{
    /// <summary>The user's home.</summary>
    /// <exception cref="SettingsException">HOME is not set.</exception>
    public string Home => Folder("HOME", () => throw new SettingsException("HOME is not set; set it to the user's home."));

    /// <summary>Where state belongs (<c>XDG_DATA_HOME</c>).</summary>
    public string DataHome => Folder("XDG_DATA_HOME", () => Path.Combine(Home, ".local/share"));

    /// <summary>Where configuration belongs (<c>XDG_CONFIG_HOME</c>).</summary>
    public string ConfigHome => Folder("XDG_CONFIG_HOME", () => Path.Combine(Home, ".config"));

    /// <summary>Where sockets belong (<c>XDG_RUNTIME_DIR</c>).</summary>
    public string RuntimeDirectory => Folder("XDG_RUNTIME_DIR", () => $"/run/user/{UserId}");

    private string Folder(string variable, Func<string> otherwise) =>
        Variables.TryGetValue(variable, out var value) && value.StartsWith('/') ? value.TrimEnd('/') : otherwise();
}
