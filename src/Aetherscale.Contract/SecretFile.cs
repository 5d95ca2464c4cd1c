using System.Text;

namespace Aetherscale.Contract;

/// <summary>A file whose content is for its owner alone.</summary>
public static class SecretFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>What is wrong with a file that others may read: whatever it holds is known to them by now.</summary>
    /// <param name="path">The file.</param>
    /// <param name="holds">What it holds: <c>a password</c>.</param>
    /// <returns>Null when it is its owner's alone, or not there.</returns>
    public static string? Problem(string path, string holds) => File.Exists(path) ? Problem(path, holds, File.GetUnixFileMode(path)) : null;

    /// <summary>Reads its text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="holds">What it holds.</param>
    /// <param name="maxBytes">What is beyond them is not read.</param>
    /// <exception cref="IOException">It is missing, or others may read it; the message says which.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string Read(string path, string holds, int maxBytes)
    {
        using var file = File.OpenHandle(path);
        if (Problem(path, holds, File.GetUnixFileMode(file)) is { } problem)
        {
            throw new IOException(problem);
        }

        var bytes = new byte[maxBytes];
        return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
    }

    private static string? Problem(string path, string holds, UnixFileMode mode) =>
        (mode & Others) == 0 ? null : $"{path} holds {holds} and can be read by others; do: chmod 600 {path}";
}
