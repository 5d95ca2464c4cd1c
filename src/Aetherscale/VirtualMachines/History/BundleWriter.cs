namespace Aetherscale.VirtualMachines.History;

/// <summary>Writes the files of one crash, and notes those that could not be had.</summary>
internal sealed class BundleWriter(string folder)
{
    private readonly List<string> _files = [];
    private readonly List<string> _missing = [];

    /// <summary>What was written so far.</summary>
    public CrashBundle Made => new(folder, _files, _missing);

    public void Add(string name, string what, Func<byte[]> content)
    {
        try
        {
            File.WriteAllBytes($"{folder}/{name}", content());
            _files.Add(name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Miss(name, $"{what}: {error.Message}");
        }
    }

    public void Miss(string name, string why) => _missing.Add($"{name}: {why}");
}
