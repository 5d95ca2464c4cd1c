using System.Collections.Concurrent;
using Aetherscale.Files;

namespace Aetherscale.Images;

/// <summary>
/// Which adopted file is which, by device and inode, so that an image is found by its name without reading it. The
/// files are the truth: the map is filled from them at first use and is never written down.
/// </summary>
/// <param name="folder">The folder of the files <c>DIGEST.qcow2</c>; it may not exist yet.</param>
internal sealed class DigestIndex(string folder)
{
    private const int DigestLength = 64;

    private readonly Lazy<ConcurrentDictionary<FileIdentity, string>> _digests = new(() => Scan(folder));

    /// <summary>The digest under which this very file was adopted; null when it was not.</summary>
    public string? Find(FileIdentity file) => _digests.Value.GetValueOrDefault(file);

    /// <summary>Enters a file that now stands in the folder.</summary>
    public void Add(FileIdentity file, string digest) => _digests.Value[file] = digest;

    /// <summary>Forgets a file that was seen not to stand in the folder any more.</summary>
    public void Remove(FileIdentity file) => _digests.Value.TryRemove(file, out _);

    private static ConcurrentDictionary<FileIdentity, string> Scan(string folder)
    {
        var digests = new ConcurrentDictionary<FileIdentity, string>();
        var paths = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + ImageStore.Extension) : [];
        foreach (var path in paths)
        {
            var digest = Path.GetFileNameWithoutExtension(path);
            if (digest.Length == DigestLength && digest.All(char.IsAsciiHexDigitLower)
                && FileStatus.Of(path) is { Kind: FileKind.Regular } status)
            {
                digests[FileIdentity.Of(status)] = digest;
            }
        }

        return digests;
    }
}
