using Aetherscale.Files;

namespace Aetherscale.VirtualMachines.History;

/// <summary>Writes the files of one crash, and notes those that could not be had.</summary>
internal sealed class BundleWriter(string folder)
{
    /// <summary><c>ID/crashes/TIME/NAME</c>.</summary>
    private const int Guarded = 4;

    private readonly List<string> _files = [];
    private readonly List<string> _missing = [];

    /// <summary>What was written so far.</summary>
    public CrashBundle Made => new(folder, _files, _missing);

    public void Add(string name, string what, Func<byte[]> content)
    {
        try
        {
            var bytes = content();
            using var file = StateFile.Create($"{folder}/{name}", UnixFileMode.UserRead | UnixFileMode.UserWrite, Guarded);
            RandomAccess.Write(file, bytes, 0);
            _files.Add(name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Miss(name, $"{what}: {error.Message}");
        }
    }

    public void Miss(string name, string why) => _missing.Add($"{name}: {why}");
}
