using System.Security.Cryptography;
using System.Text;
using Aetherscale.Files;

namespace Aetherscale.Images.Imports;

/// <summary>Where an import works, beside the images. Disposal removes it; what a killed daemon leaves is removed by the next.</summary>
internal sealed class ImportFolder : IDisposable
{
    /// <summary>No image's name begins so.</summary>
    public const string Prefix = ".import-";

    /// <summary>The folders of downloads, which outlive the import for a day, so that the rest can be fetched later.</summary>
    public const string DownloadPrefix = Prefix + "url-";

    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);

    private readonly ImageShelf _shelf;
    private readonly Func<string, bool> _isBase;

    /// <param name="imagesFolder">It is there.</param>
    /// <param name="shelf">Where the image goes.</param>
    /// <param name="isBase">Whether a VM stands on the content with this digest.</param>
    public ImportFolder(string imagesFolder, ImageShelf shelf, Func<string, bool> isBase)
    {
        _shelf = shelf;
        _isBase = isBase;
        FolderPath = $"{imagesFolder}/{Prefix}{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        Directory.CreateDirectory(FolderPath, Mode);
    }

    public string FolderPath { get; }

    /// <summary>The finished image, until it has its name.</summary>
    public string Image => ImageIn(FolderPath);

    /// <summary>A source that has to be converted: in a folder of its own, which another user may have meanwhile.</summary>
    public string Source => $"{FolderPath}/conversion/source";

    /// <summary>What it is converted to, in that folder.</summary>
    public string Converted => $"{FolderPath}/conversion/image";

    /// <summary>Notes the content that is about to lose the name, so that it goes even if this daemon does not come to it.</summary>
    public void NoteReplaced(string digest) =>
        StateFile.Write(ReplacedIn(FolderPath), Encoding.ASCII.GetBytes(digest), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>Removes the content that has lost its name, unless it is needed still. Nobody may be making a VM meanwhile.</summary>
    public void ForgetReplaced() => ForgetReplaced(FolderPath, _shelf, _isBase);

    /// <summary>Removes what is left of imports that a killed daemon had under way.</summary>
    /// <returns>The folders that were removed.</returns>
    public static IReadOnlyList<string> Sweep(string imagesFolder, ImageShelf shelf, Func<string, bool> isBase, DateTimeOffset now)
    {
        var removed = new List<string>();
        foreach (var folder in Directory.GetDirectories(imagesFolder, Prefix + "*"))
        {
            var isDownload = Path.GetFileName(folder).StartsWith(DownloadPrefix, StringComparison.Ordinal);
            if (!isDownload || now - LastWritten(folder) > s_kept)
            {
                ForgetReplaced(folder, shelf, isBase);
                Remove(folder, shelf, isBase);
                removed.Add(folder);
            }
        }

        return removed;
    }

    public void Dispose() => Remove(FolderPath, _shelf, _isBase);

    private static string ImageIn(string folder) => $"{folder}/image{ImageStore.Extension}";

    private static string ReplacedIn(string folder) => $"{folder}/replaced";

    private static void ForgetReplaced(string folder, ImageShelf shelf, Func<string, bool> isBase)
    {
        if (FileStatus.Of(ReplacedIn(folder)) is { Kind: FileKind.Regular }
            && Encoding.ASCII.GetString(StateFile.Read(ReplacedIn(folder))) is var digest && !isBase(digest))
        {
            shelf.ForgetNameless(digest);
        }
    }

    /// <summary>An image that has its digest's name and not its own yet was to be one, and is none.</summary>
    private static void Remove(string folder, ImageShelf shelf, Func<string, bool> isBase)
    {
        if (shelf.LookUp(ImageIn(folder)) is { } digest && !isBase(digest))
        {
            shelf.ForgetNameless(digest);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static DateTimeOffset LastWritten(string folder) =>
        Directory.EnumerateFiles(folder).Select(File.GetLastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(folder)).Max();
}
