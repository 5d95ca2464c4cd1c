using Aetherscale.Contract.Commands;
using Aetherscale.Images.Catalogue;
using Aetherscale.Images.Imports;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>pull-image</c>: the newest image of a distribution or a server into the store.</summary>
internal sealed class PullImage(ImageCatalogue catalogue, ImagePuller puller, ImageFacts facts)
{
    public async Task<ImageDetails> RunAsync(PullImageOptions options, Requester requester, CancellationToken stopping)
    {
        var reference = catalogue.Parse(options.Image);
        var name = options.Name is null ? reference.Name : ImageFacts.Name(options.Name);
        var meter = requester.Upload?.Meter ?? new ImportMeter();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping, requester.Upload is null ? default : requester.Gone);
        try
        {
            await Task.Run(() => puller.PullAsync(reference, name, meter, over.Token), CancellationToken.None);
            return facts.Of(name);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new AetherscaleException(ImportFailed, "whoever wanted it has gone");
        }
    }
}
