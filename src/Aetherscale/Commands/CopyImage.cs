using Aetherscale.Contract.Commands;
using Aetherscale.Images;

namespace Aetherscale.Commands;

/// <summary><c>copy-image</c>: another name for the same content, which takes no room.</summary>
internal sealed class CopyImage(ImageStore images, ImageShelf shelf, ImageFacts facts)
{
    public async Task<ImageDetails> RunAsync(CopyImageOptions options, CancellationToken cancellationToken)
    {
        var copy = ImageFacts.Name(options.NewName);
        using var use = await images.Gate.UseAsync(cancellationToken);
        await shelf.CopyAsync(ImageFacts.Name(options.Name), copy, cancellationToken);
        return facts.Of(copy);
    }
}
