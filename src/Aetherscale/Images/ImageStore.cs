using System.Collections.Concurrent;
using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images;

/// <summary>
/// The base images of one state folder. <c>NAME.qcow2</c> is what the user dropped in; at its first use it is adopted:
/// checked, hashed, made read-only and linked to <c>sha256/DIGEST.qcow2</c>, which overlays point to. So an image may
/// be
/// replaced under its name, or removed, and the VMs made from it keep theirs.
/// </summary>
/// <param name="imagesFolder">Absolute path of the folder; it need not exist.</param>
internal sealed class ImageStore(string imagesFolder)
{
    /// <summary>What follows the image's name in its file's name.</summary>
    public const string Extension = ".qcow2";

    private const int NamesInAnError = 20;

    private readonly string _digestFolder = Path.Join(imagesFolder, "sha256");
    private readonly DigestIndex _index = new(Path.Join(imagesFolder, "sha256"));
    private readonly ConcurrentDictionary<ImageName, SemaphoreSlim> _adoptions = [];

    /// <summary>Whoever resolves an image and then makes a VM on it is in here meanwhile, as a user.</summary>
    public ImageGate Gate { get; } = new();

    /// <summary>Where the file of this name belongs, whether it is there or not.</summary>
    public string PathOf(ImageName name) => Path.Join(imagesFolder, name.Text + Extension);

    /// <summary>Whether something has this name, usable or not.</summary>
    public bool Has(ImageName name) => FileStatus.Of(PathOf(name)) is not null;

    /// <summary>Where the file with this content is, or would be.</summary>
    /// <param name="digest">64 lower-case hexadecimal digits.</param>
    public string DigestPathOf(string digest) => Path.Join(_digestFolder, digest + Extension);

    /// <summary>
    /// Finds the image and checks its header; the first time it also reads all of it. Later that costs one open file.
    /// </summary>
    /// <exception cref="AetherscaleException">
    /// <c>image-not-found</c>, <c>image-unsafe</c>, <c>image-too-big</c> or <c>no-space</c>.
    /// </exception>
    public async Task<BaseImage> ResolveAsync(ImageName name, CancellationToken cancellation)
    {
        if (FindAdopted(name) is { } known)
        {
            return known;
        }

        var turn = _adoptions.GetOrAdd(name, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation);
        try
        {
            // Whoever waited here finds the work done.
            return FindAdopted(name) ?? await AdoptAsync(name, cancellation);
        }
        catch (IOException error) when (FileErrors.IsNoSpace(error))
        {
            throw new AetherscaleException(NoSpace, $"no space left to adopt {PathOf(name)}", error);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The names of the files that are there, usable or not, in ordinal order.</summary>
    public IReadOnlyList<ImageName> List()
    {
        var names = new List<ImageName>();
        var paths = Directory.Exists(imagesFolder) ? Directory.EnumerateFiles(imagesFolder, "*" + Extension) : [];
        foreach (var path in paths)
        {
            if (ImageName.TryParse(Path.GetFileNameWithoutExtension(path), out var name))
            {
                names.Add(name);
            }
        }

        names.Sort((one, other) => string.CompareOrdinal(one.Text, other.Text));
        return names;
    }

    /// <summary>The digest under which this very file was adopted; null when it was not, or its digest's file is gone.</summary>
    public string? DigestOf(SafeFileHandle file)
    {
        var identity = FileIdentity.Of(FileStatus.Of(file));
        return _index.Find(identity) is { } digest && FileStatus.Of(DigestPathOf(digest)) is { } adopted && FileIdentity.Of(adopted) == identity
            ? digest
            : null;
    }

    /// <summary>Links a file that was checked and hashed to its digest, durably.</summary>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c>: it cannot be linked here.</exception>
    public void Adopt(string path, string digest)
    {
        using var file = ImageFile.Open(path) ?? throw new FileNotFoundException(null, path);
        _index.Add(Adoption.Link(file, path, DigestPathOf(digest)), digest);
    }

    /// <summary>Removes the file of this content. Names that lead to it stay.</summary>
    public void Forget(string digest)
    {
        var path = DigestPathOf(digest);
        if (FileStatus.Of(path) is { } status)
        {
            _index.Remove(FileIdentity.Of(status));
            File.Delete(path);
            DurableFile.SyncFolder(_digestFolder);
        }
    }

    /// <summary>What to say where no image has the name.</summary>
    public AetherscaleException NotFound(ImageName name)
    {
        var names = List();
        var known = names.Count == 0
            ? "there are none yet"
            : "there are: " + string.Join(", ", names.Take(NamesInAnError));
        var more = names.Count > NamesInAnError ? $" and {names.Count - NamesInAnError} more" : "";
        return new AetherscaleException(
            ImageNotFound, $"image \"{name}\" not found; {known}{more}; import-image brings in a file, and pull-image one of the catalogue such as debian:12");
    }

    private SafeFileHandle Open(ImageName name) => ImageFile.Open(PathOf(name)) ?? throw NotFound(name);

    private BaseImage? FindAdopted(ImageName name)
    {
        using var file = Open(name);
        var identity = FileIdentity.Of(FileStatus.Of(file));
        if (_index.Find(identity) is not { } digest)
        {
            return null;
        }

        // The digest's file may have been removed or replaced by hand since the index was filled.
        var path = DigestPathOf(digest);
        if (FileStatus.Of(path) is not { } adopted || FileIdentity.Of(adopted) != identity)
        {
            _index.Remove(identity);
            return null;
        }

        return new BaseImage(name, path, ImageFile.CheckHeader(file, PathOf(name)), digest);
    }

    private async Task<BaseImage> AdoptAsync(ImageName name, CancellationToken cancellation)
    {
        using var file = Open(name);
        var path = PathOf(name);
        var virtualSize = ImageFile.CheckWhole(file, path, cancellation);
        var before = FileStatus.Of(file);
        var digest = await FileDigest.ComputeAsync(file, cancellation);
        if (FileStatus.Of(file) != before || FileStatus.Of(path) != before)
        {
            throw new AetherscaleException(
                ImageUnsafe, $"{path} was changed while it was read; try again when the copy is complete");
        }

        var digestPath = DigestPathOf(digest);
        _index.Add(Adoption.Link(file, path, digestPath), digest);
        return new BaseImage(name, digestPath, virtualSize, digest);
    }
}
