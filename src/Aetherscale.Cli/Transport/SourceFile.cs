using System.Security;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Transport;

/// <summary>What import-image sends: a file, or standard input, read as the user who typed the command.</summary>
/// <param name="Bytes">From where it is now to its end.</param>
/// <param name="Length">How many there are; null where only the end will tell.</param>
/// <param name="Words">What is remembered as the source.</param>
/// <param name="Checksum">What a list beside the file says of it.</param>
internal sealed record SourceFile(Stream Bytes, long? Length, string Words, string? Checksum) : IAsyncDisposable
{
    private const int MaxListBytes = 4 << 20;

    /// <param name="path">Of the file; a dash for standard input.</param>
    /// <param name="around">For that.</param>
    /// <param name="cancel">A pipe that nobody writes to opens when somebody does; this ends the wait.</param>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static async Task<SourceFile> OpenAsync(string path, Surroundings around, CancellationToken cancel)
    {
        if (path == "-")
        {
            return new SourceFile(around.Input, null, "stdin", null);
        }

        if (Directory.Exists(path))
        {
            throw new CliException(ExitCodes.Usage, $"{path} is a folder: name the image's file in it");
        }

        try
        {
            var file = await Task.Run(
                () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), cancel).WaitAsync(cancel);
            var full = Path.GetFullPath(path);

            // A block device's length is 0.
            return new SourceFile(file, file is { CanSeek: true, Length: > 0 } ? file.Length : null, full, FindChecksum(full));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException or ArgumentException)
        {
            throw new CliException(ExitCodes.Usage, $"{path} cannot be read: {FileFailure.Of(e)}");
        }
    }

    public ValueTask DisposeAsync() => Bytes.DisposeAsync();

    private static string? FindChecksum(string path)
    {
        foreach (var list in ChecksumList.Names.Select(name => new FileInfo(Path.Join(Path.GetDirectoryName(path), name))))
        {
            if (list is { Exists: true, Length: <= MaxListBytes } && ChecksumList.Find(File.ReadAllText(list.FullName), Path.GetFileName(path)) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
