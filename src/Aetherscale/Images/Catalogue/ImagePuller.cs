using System.Collections.Concurrent;
using Aetherscale.Images.Imports;

namespace Aetherscale.Images.Catalogue;

/// <summary>Pulls images of the catalogue into the store: an import of what the catalogue resolves. One at a time for each name.</summary>
internal sealed class ImagePuller(ImageCatalogue catalogue, UrlImport import, ImageStore store, ImageShelf shelf)
{
    private readonly ConcurrentDictionary<ImageName, SemaphoreSlim> _turns = new();

    /// <summary>Has the newest image under the name; what is there already is not fetched again.</summary>
    /// <exception cref="AetherscaleException">Of the catalogue, or of the import.</exception>
    public async Task PullAsync(ImageReference reference, ImageName name, ImportMeter meter, CancellationToken cancellation)
    {
        using var turn = await TakeTurnAsync(name, meter, cancellation);
        await PullInTurnAsync(reference, name, meter, cancellation);
    }

    /// <summary>Has an image under the reference's own name: whoever comes second, or later, finds it there, new or old.</summary>
    /// <exception cref="AetherscaleException">As above.</exception>
    public async Task EnsureAsync(ImageReference reference, ImportMeter meter, CancellationToken cancellation)
    {
        if (store.Has(reference.Name))
        {
            return;
        }

        using var turn = await TakeTurnAsync(reference.Name, meter, cancellation);
        if (!store.Has(reference.Name))
        {
            await PullInTurnAsync(reference, reference.Name, meter, cancellation);
        }
    }

    private async Task PullInTurnAsync(ImageReference reference, ImageName name, ImportMeter meter, CancellationToken cancellation)
    {
        meter.Begin(ImportStage.Resolving, null);
        var entry = await catalogue.FindAsync(reference, cancellation);
        if (!store.Has(name) || shelf.Look(name).Record?.SourceChecksum != entry.Checksum.ToString())
        {
            await import.RunAsync(name, new RemoteImage(entry.Url, entry.Checksum, null, entry.Firmware), meter, cancellation);
        }
    }

    private async Task<IDisposable> TakeTurnAsync(ImageName name, ImportMeter meter, CancellationToken cancellation)
    {
        var turn = _turns.GetOrAdd(name, _ => new SemaphoreSlim(1, 1));
        if (!turn.Wait(0, CancellationToken.None))
        {
            meter.Begin(ImportStage.Waiting, null);
            await turn.WaitAsync(cancellation);
        }

        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
