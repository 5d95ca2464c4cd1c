using System.Buffers;
using System.Security.Cryptography;
using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Imports;

/// <summary>
/// From a source's bytes to an image with a name: unpacked, checked, converted, hashed, put. Nothing is seen of it before it is
/// complete, and nothing is left of it when a step fails.
/// </summary>
/// <param name="imagesFolder">The store's folder.</param>
/// <param name="shelf">Where the image goes.</param>
/// <param name="gate">Holds those off who are making VMs, while content is removed that was replaced.</param>
/// <param name="unpacker">For packed sources.</param>
/// <param name="convert">Makes the second file, a qcow2, of the first, a VMDK that passed the check.</param>
/// <param name="isBase">Whether a VM stands on the content with this digest.</param>
/// <param name="time">Dates the image.</param>
internal sealed class ImageImporter(
    string imagesFolder,
    ImageShelf shelf,
    ImageGate gate,
    Unpacker unpacker,
    Func<string, string, CancellationToken, Task> convert,
    Func<string, bool> isBase,
    TimeProvider time)
{
    /// <summary>A disk that says nothing of its size could go on for ever.</summary>
    private const long MaximumBytes = 1L << 42;

    private const int ChunkSize = 1 << 18;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="AetherscaleException">
    /// <c>image-unsafe</c>, <c>image-too-big</c>, <c>checksum-mismatch</c>, <c>import-failed</c> or <c>no-space</c>.
    /// </exception>
    public async Task ImportAsync(ImageName name, ImageSource source, ImportMeter meter, CancellationToken cancellation)
    {
        shelf.RequireNoFolder(name);
        using var folder = new ImportFolder(imagesFolder, shelf, isBase);
        meter.Begin(ImportStage.Reading, source.Length);
        var (format, digest) = await ReceiveAsync(source, folder, meter, cancellation);
        if (format == ImageFormat.Vmdk)
        {
            meter.Begin(ImportStage.Converting, null);
            await convert(folder.Source, folder.Converted, cancellation);
            File.Move(folder.Converted, folder.Image, overwrite: true);
        }

        digest = await CheckAsync(folder.Image, digest, meter, cancellation);
        if (shelf.DigestOf(name) is { } replaced && replaced != digest)
        {
            folder.NoteReplaced(replaced);
        }

        shelf.Put(name, folder.Image, digest, new ImageRecord
        {
            Source = source.Words,
            SourceFormat = ImageFormats.Word(format),
            SourceChecksum = source.Checksum?.ToString(),
            Firmware = source.Firmware,
            Imported = time.GetUtcNow(),
        });
        using var alone = await gate.RemoveAsync(CancellationToken.None);
        folder.ForgetReplaced();
    }

    /// <summary>Refuses what can be refused by its first bytes. Where there are too few of them, the import will tell.</summary>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c> or <c>image-too-big</c>.</exception>
    public async Task CheckStartAsync(Stream packed, ImageFormat? wanted, CancellationToken cancellation)
    {
        try
        {
            await using var plain = new PeekedStream(await unpacker.OpenAsync(packed, cancellation));
            var start = await plain.PeekAsync(ImageFormats.Start, cancellation);
            if (start.Length == ImageFormats.Start)
            {
                CheckStart(ImageFormats.Find(start.Span, wanted), start.Span);
            }
        }
        catch (Exception error) when (IsDamage(error))
        {
            // It may be cut off because the rest has not come yet.
        }
    }

    /// <summary>Removes what a killed daemon left of its imports.</summary>
    /// <param name="endPrograms">Ends the programs that it left running; before their files go.</param>
    /// <param name="logger">Told of what was removed.</param>
    public async Task SweepAsync(Func<Task> endPrograms, ILogger<ImageImporter> logger)
    {
        await endPrograms();
        try
        {
            foreach (var left in shelf.RemoveUnfinished().Concat(ImportFolder.Sweep(imagesFolder, shelf, isBase, time.GetUtcNow())))
            {
                ImportLog.Removed(logger, left);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ImportLog.NotRemoved(logger, error);
        }
    }

    /// <summary>Writes the image, or what is to be converted to it.</summary>
    /// <returns>The source's format, and the image's digest where the image is the source's bytes as they came.</returns>
    private async Task<(ImageFormat Format, string? Digest)> ReceiveAsync(ImageSource source, ImportFolder folder, ImportMeter meter, CancellationToken cancellation)
    {
        await using var hash = source.Checksum is { } wanted ? new BackgroundHash(wanted.Algorithm) : null;
        var packed = new SourceStream(source.Bytes, meter, hash);
        ImageFormat format;
        string? digest;
        try
        {
            await using var plain = new PeekedStream(await unpacker.OpenAsync(packed, cancellation));
            var start = await plain.PeekAsync(ImageFormats.Start, cancellation);
            format = ImageFormats.Find(start.Span, source.Format);
            CheckStart(format, start.Span);
            using var file = Begin(folder, format);
            digest = format switch
            {
                ImageFormat.Raw => await WriteRawAsync(plain, file, cancellation),
                ImageFormat.Qcow2 => await CopyAndHashAsync(plain, file, cancellation),
                _ => await CopyAsync(plain, file, cancellation),
            };
            await packed.DrainAsync(cancellation);
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw ImageFormats.Unsafe($"it cannot be unpacked: {error.Message.TrimEnd('.')}; it is damaged, or cut off", error);
        }

        RequireAll(source, packed.Count);
        if (hash is not null && await hash.FinishAsync() is var found && found != source.Checksum!.Hex)
        {
            throw new AetherscaleException(
                ChecksumMismatch, $"the source's {source.Checksum.Name} is {found}, and should be {source.Checksum.Hex}: it is damaged, or another file");
        }

        return (format, digest);
    }

    private static SafeFileHandle Begin(ImportFolder folder, ImageFormat format)
    {
        if (format != ImageFormat.Vmdk)
        {
            return StateFile.Create(folder.Image, OwnerFile);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(folder.Source)!, ImportFolder.Mode);
        return StateFile.Create(folder.Source, OwnerFile);
    }

    private static bool IsDamage(Exception error) => error is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException;

    private static void CheckStart(ImageFormat format, ReadOnlySpan<byte> start)
    {
        switch (format)
        {
            case ImageFormat.Qcow2:
                ImageFile.CheckStart(start, "the source");
                break;
            case ImageFormat.Vmdk:
                VmdkHeader.Check(start);
                break;
        }
    }

    private static void RequireAll(ImageSource source, long count)
    {
        if (source.Length is { } length && count != length)
        {
            throw new AetherscaleException(ImportFailed, $"the source ended after {count} of {length} bytes; try again");
        }
    }

    private static async Task<string?> WriteRawAsync(Stream plain, SafeFileHandle file, CancellationToken cancellation)
    {
        var writer = new Qcow2Writer(file);
        var size = 0L;
        await foreach (var chunk in ChunksAsync(plain, cancellation))
        {
            writer.Append(chunk.Span);
            size += chunk.Length;
            DurableFile.Begin(file);
        }

        if (size == 0)
        {
            throw ImageFormats.Unsafe("it is empty");
        }

        writer.Finish((size + Qcow2Format.SectorSize - 1) / Qcow2Format.SectorSize * Qcow2Format.SectorSize);
        return null;
    }

    private static async Task<string?> CopyAndHashAsync(Stream plain, SafeFileHandle file, CancellationToken cancellation)
    {
        await using var hash = new BackgroundHash(HashAlgorithmName.SHA256);
        await CopyAsync(plain, file, cancellation, hash);
        return await hash.FinishAsync();
    }

    private static async Task<string?> CopyAsync(Stream plain, SafeFileHandle file, CancellationToken cancellation, BackgroundHash? hash = null)
    {
        var offset = 0L;
        await foreach (var chunk in ChunksAsync(plain, cancellation))
        {
            await (hash?.AppendAsync(chunk, cancellation) ?? ValueTask.CompletedTask);
            RandomAccess.Write(file, chunk.Span, offset);
            offset += chunk.Length;
            DurableFile.Begin(file);
        }

        return null;
    }

    /// <summary>Full chunks, the next of which is read while one is worked on; only the last may be shorter.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync(
        Stream plain, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var (chunk, spare) = (ArrayPool<byte>.Shared.Rent(ChunkSize), ArrayPool<byte>.Shared.Rent(ChunkSize));
        var total = 0L;
        var next = Task.Run(() => plain.ReadAtLeastAsync(spare.AsMemory(0, ChunkSize), ChunkSize, throwOnEndOfStream: false, cancellation).AsTask(), cancellation);
        try
        {
            while (await next is > 0 and var count)
            {
                (chunk, spare) = (spare, chunk);
                total += count;
                if (total > MaximumBytes)
                {
                    throw new AetherscaleException(ImageTooBig, $"the source is longer than {MaximumBytes >> 40} TiB");
                }

                var into = spare.AsMemory(0, ChunkSize);
                next = Task.Run(() => plain.ReadAtLeastAsync(into, ChunkSize, throwOnEndOfStream: false, cancellation).AsTask(), cancellation);
                yield return chunk.AsMemory(0, count);
            }
        }
        finally
        {
            // Nobody else may read the stream before that.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(chunk);
            ArrayPool<byte>.Shared.Return(spare);
        }
    }

    /// <summary>Checks all of the image, as at a first use, and waits for the disk while it is hashed, unless its digest is known.</summary>
    private static async Task<string> CheckAsync(string path, string? digest, ImportMeter meter, CancellationToken cancellation)
    {
        using var file = ImageFile.Open(path, Beneath.FolderAndName) ?? throw new FileNotFoundException(null, path);
        File.SetUnixFileMode(file, OwnerFile);
        meter.Begin(ImportStage.Checking, RandomAccess.GetLength(file));
        ImageFile.CheckWhole(file, "the source", cancellation);
        var sync = Task.Run(() => DurableFile.Sync(file, path), CancellationToken.None);
        try
        {
            return digest ?? await FileDigest.ComputeAsync(file, meter.Add, cancellation);
        }
        finally
        {
            await sync;
        }
    }
}

internal static partial class ImportLog
{
    [LoggerMessage(LogLevel.Warning, "Removed {Left}: the import that made it was cut off")]
    public static partial void Removed(ILogger logger, string left);

    [LoggerMessage(LogLevel.Error, "Not all that is left of imports could be removed")]
    public static partial void NotRemoved(ILogger logger, Exception error);
}
