namespace Aetherscale.Cli.Copies;

/// <summary>A file in a guest.</summary>
/// <param name="Vm">The VM's id or name.</param>
/// <param name="Path">Absolute.</param>
internal sealed record GuestFile(string Vm, string Path)
{
    /// <returns>Null for a file of this host.</returns>
    /// <exception cref="CliException">The path is not absolute.</exception>
    public static GuestFile? TryParse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || text[..colon].Contains('/', StringComparison.Ordinal))
        {
            return null;
        }

        var path = text[(colon + 1)..];
        return path.StartsWith('/')
            ? new GuestFile(text[..colon], path)
            : throw new CliException(ExitCodes.Usage, $"the path in \"{text}\" must be absolute: {text[..colon]}:/...");
    }
}
