namespace Aetherscale.SystemTests;

/// <summary>A folder of one test, removed with all that is in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aetherscale-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
