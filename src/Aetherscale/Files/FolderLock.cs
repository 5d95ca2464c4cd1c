namespace Aetherscale.Files;

/// <summary>Keeps a second daemon away from a state folder, for as long as this process lives (flock(2) on a file in it).</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <returns>Null when another process holds it.</returns>
    /// <exception cref="IOException">The file cannot be made or opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public static FolderLock? TryTake(string folder)
    {
        try
        {
            // .NET takes an exclusive flock for a writer that shares with nobody.
            return new FolderLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
        }
        catch (IOException error) when (error.HResult == Libc.ErrorWouldBlock)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
