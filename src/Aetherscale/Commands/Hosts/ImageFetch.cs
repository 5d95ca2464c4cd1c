using System.Collections.Concurrent;
using Aetherscale.Images;
using Aetherscale.Images.Imports;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands.Hosts;

/// <summary>Fetches images that this host lacks from hosts that have them. One at a time for each name.</summary>
internal sealed class ImageFetch(ImageStore store, ImageImporter importer, ILogger<ImageFetch> logger)
{
    private readonly ConcurrentDictionary<ImageName, SemaphoreSlim> _turns = new();

    /// <summary>Has an image of that name here: whoever comes second finds it there.</summary>
    /// <exception cref="AetherscaleException"><c>image-not-found</c>, <c>image-differs</c>, <c>import-failed</c>, <c>no-space</c> or <c>no-fleet</c>.</exception>
    public async Task EnsureAsync(ImageName name, ImagesElsewhere elsewhere, ImportMeter meter, CancellationToken cancellation)
    {
        if (store.Has(name))
        {
            return;
        }

        var turn = _turns.GetOrAdd(name, _ => new SemaphoreSlim(1, 1));
        if (!turn.Wait(0, CancellationToken.None))
        {
            meter.Begin(ImportStage.Waiting, null);
            await turn.WaitAsync(cancellation);
        }

        try
        {
            if (!store.Has(name))
            {
                await FetchAsync(name, elsewhere, meter, cancellation);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task FetchAsync(ImageName name, ImagesElsewhere elsewhere, ImportMeter meter, CancellationToken cancellation)
    {
        var found = await elsewhere.FindAsync(name.Text, cancellation);
        RequireOneContent(name, found);
        var failures = new List<string>();
        AetherscaleException? last = null;
        foreach (var image in found.Images)
        {
            try
            {
                await ReceiveAsync(name, image, elsewhere, meter, cancellation);
                FetchLog.Fetched(logger, name.Text, image.Digest, image.Host);
                return;
            }
            catch (AetherscaleException error) when (error.Code is ImportFailed or ChecksumMismatch or ImageUnsafe or ImageNotFound or HostUnreachable)
            {
                FetchLog.Failed(logger, name.Text, image.Host, error.Message);
                failures.Add($"{image.Host}: {error.Message}");
                last = error;
            }
        }

        throw new AetherscaleException(ImportFailed, $"image \"{name}\" could not be fetched from the hosts that have it: {string.Join("; ", failures)}", last);
    }

    private async Task ReceiveAsync(ImageName name, ImageElsewhere image, ImagesElsewhere elsewhere, ImportMeter meter, CancellationToken cancellation)
    {
        var checksum = Checksum.TryParse(image.Digest, out var digest) ? digest : throw new AetherscaleException(ImportFailed, "it tells no digest");
        FetchLog.Begins(logger, name.Text, image.Host);
        await using var sender = await elsewhere.OpenAsync(image, cancellation);
        var source = new ImageSource(sender.Bytes, image.Size, $"fleet:{image.Host}", checksum, ImageFormat.Qcow2) { Firmware = image.Firmware };
        await importer.ImportAsync(name, source, meter, cancellation);
    }

    private static void RequireOneContent(ImageName name, FoundImages found)
    {
        if (found.Images.Count == 0)
        {
            var silent = found.Unanswered.Count == 0 ? "" : $" that answers; {string.Join(", ", found.Unanswered)} may have it";
            throw new AetherscaleException(
                ImageNotFound, $"image \"{name}\" is on no host of the fleet{silent}; import-image brings in a file, and pull-image one of the catalogue such as debian:12");
        }

        if (found.Images.Any(image => image.Digest != found.Images[0].Digest))
        {
            var contents = found.Images.GroupBy(image => image.Digest).Select(same => $"{string.Join(", ", same.Select(image => image.Host))}: {same.Key}");
            throw new AetherscaleException(
                ImageDiffers, $"hosts have different images \"{name}\", and this one has none, so it does not choose: {string.Join("; ", contents)}. Import the right one here, or name the host.");
        }
    }
}

internal static partial class FetchLog
{
    [LoggerMessage(LogLevel.Information, "Fetches image {Name} from {Host}")]
    public static partial void Begins(ILogger logger, string name, string host);

    [LoggerMessage(LogLevel.Information, "Image {Name} is here, {Digest} from {Host}")]
    public static partial void Fetched(ILogger logger, string name, string digest, string host);

    [LoggerMessage(LogLevel.Warning, "Image {Name} could not be fetched from {Host}: {Reason}")]
    public static partial void Failed(ILogger logger, string name, string host, string reason);
}
