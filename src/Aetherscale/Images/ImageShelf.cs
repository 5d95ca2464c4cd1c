using System.Runtime.InteropServices;
using Aetherscale.Files;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images;

/// <summary>Puts images under names and takes them away, so that a name leads to the old image or to the new one at every instant.</summary>
internal sealed class ImageShelf(ImageStore store, string imagesFolder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _sources = Path.Join(imagesFolder, "sources");

    /// <summary>What can be told of the image; a file that cannot be used is told of, too.</summary>
    /// <exception cref="AetherscaleException"><c>image-not-found</c>.</exception>
    public ImageLook Look(ImageName name)
    {
        var path = store.PathOf(name);
        var status = FileStatus.Of(path) ?? throw store.NotFound(name);
        var size = status.Kind == FileKind.Regular ? status.Size : (long?)null;
        try
        {
            using var file = ImageFile.Open(path) ?? throw store.NotFound(name);
            var digest = store.DigestOf(file);
            var record = digest is null ? null : ImageRecord.TryRead(RecordOf(digest));
            return new ImageLook(name, size, digest, ImageFile.CheckHeader(file, path), File.GetLastWriteTimeUtc(file), null, record);
        }
        catch (AetherscaleException error) when (error.Code is ImageUnsafe or ImageTooBig)
        {
            return new ImageLook(name, size, null, null, null, error.Message, null);
        }
    }

    /// <summary>What the image with this digest boots by, where that is known: <c>uefi</c>.</summary>
    public string? FirmwareOf(string digest) => ImageRecord.TryRead(RecordOf(digest))?.Firmware;

    /// <summary>The same of all images, in the order of their names.</summary>
    public IReadOnlyList<ImageLook> LookAtAll() => [.. store.List().Select(TryLook).OfType<ImageLook>()];

    /// <summary>A folder that somebody made in an image's place is neither replaced nor removed.</summary>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c>: one stands there.</exception>
    public void RequireNoFolder(ImageName name)
    {
        if (FileStatus.Of(store.PathOf(name)) is { Kind: FileKind.Folder })
        {
            throw new AetherscaleException(ImageUnsafe, $"{store.PathOf(name)} is a folder, and no image; look what is in it, and remove it yourself");
        }
    }

    /// <summary>Puts a finished file under the name: synced, linked to its digest, renamed, in this order.</summary>
    /// <param name="name">Whatever image has it loses it.</param>
    /// <param name="file">Passed all checks; in a folder on the same file system. It is gone from there afterwards.</param>
    /// <param name="digest">Of its content.</param>
    /// <param name="record">Where it is from.</param>
    public void Put(ImageName name, string file, string digest, ImageRecord record)
    {
        store.Adopt(file, digest);
        if (!Directory.Exists(_sources))
        {
            Directory.CreateDirectory(_sources, OwnerOnly);
            DurableFile.SyncFolder(imagesFolder);
        }

        DurableFile.Replace(RecordOf(digest), record.ToJson(), OwnerFile);

        // If it is this very file that has the name, rename(2) does nothing, and leaves the other name to be removed.
        File.Move(file, store.PathOf(name), overwrite: true);
        DurableFile.SyncFolder(imagesFolder);
        File.Delete(file);
    }

    /// <summary>Gives an image another name besides.</summary>
    /// <exception cref="AetherscaleException"><c>image-…</c> as for a first use, or <c>name-taken</c>.</exception>
    public async Task CopyAsync(ImageName name, ImageName copy, CancellationToken cancellation)
    {
        const int Exists = 17;
        var image = await store.ResolveAsync(name, cancellation);
        if (Libc.Link(image.DigestPath, store.PathOf(copy)) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw error == Exists
                ? new AetherscaleException(NameTaken, $"there is an image \"{copy}\" already; take another name, or delete it first")
                : FileErrors.From(error, store.PathOf(copy));
        }

        DurableFile.SyncFolder(imagesFolder);
    }

    /// <summary>Removes the image under this name; its content, too, unless it is still needed under another one or by a VM.</summary>
    /// <param name="name">No VM uses it any more.</param>
    /// <param name="isBase">Whether a VM stands on the content with this digest.</param>
    /// <exception cref="AetherscaleException"><c>image-not-found</c>, or <c>image-unsafe</c> for a folder.</exception>
    public void Remove(ImageName name, Func<string, bool> isBase)
    {
        RequireNoFolder(name);
        var path = store.PathOf(name);
        var status = FileStatus.Of(path) ?? throw store.NotFound(name);

        // The content first: cut off in between, the name still leads to all of it, as if it had just been dropped in.
        if (LookUp(path) is { } digest && !isBase(digest) && !HasOtherName(name, FileIdentity.Of(status)))
        {
            Forget(digest);
        }

        File.Delete(path);
        DurableFile.SyncFolder(imagesFolder);
    }

    /// <summary>Removes this content and what is remembered of it, if no name leads to it.</summary>
    /// <param name="digest">No VM stands on it.</param>
    public void ForgetNameless(string digest)
    {
        if (ImageRecord.IsDigest(digest) && FileStatus.Of(store.DigestPathOf(digest)) is { } status && !HasOtherName(null, FileIdentity.Of(status)))
        {
            Forget(digest);
        }
    }

    /// <summary>Removes a record that a killed daemon had half written.</summary>
    /// <returns>The files that were removed.</returns>
    public IReadOnlyList<string> RemoveUnfinished()
    {
        string[] unfinished = Directory.Exists(_sources) ? Directory.GetFiles(_sources, "*" + DurableFile.TemporarySuffix) : [];
        foreach (var file in unfinished)
        {
            File.Delete(file);
        }

        return unfinished;
    }

    private void Forget(string digest)
    {
        // Last what is found again: cut off in between, the content still leads here.
        if (File.Exists(RecordOf(digest)))
        {
            File.Delete(RecordOf(digest));
        }

        store.Forget(digest);
    }

    private bool HasOtherName(ImageName? name, FileIdentity file) => store.List().Any(
        other => other != name && FileStatus.Of(store.PathOf(other)) is { Kind: FileKind.Regular } status && FileIdentity.Of(status) == file);

    /// <summary>The digest of the image with this name; null when there is none, or it has not been adopted.</summary>
    public string? DigestOf(ImageName name) => LookUp(store.PathOf(name));

    /// <summary>The digest under which the file at this path was adopted; null when it was not.</summary>
    public string? LookUp(string path)
    {
        try
        {
            using var file = ImageFile.Open(path);
            return file is null ? null : store.DigestOf(file);
        }
        catch (AetherscaleException)
        {
            return null;
        }
    }

    private string RecordOf(string digest) => Path.Join(_sources, digest + ".json");

    private ImageLook? TryLook(ImageName name)
    {
        try
        {
            return Look(name);
        }
        catch (AetherscaleException error) when (error.Code == ImageNotFound)
        {
            // Removed since.
            return null;
        }
    }
}
