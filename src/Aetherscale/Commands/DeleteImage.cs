using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>delete-image</c>: removes an image that no VM was made from.</summary>
internal sealed class DeleteImage(ImageStore images, ImageShelf shelf, VmStore store)
{
    private const int NamesInAnError = 20;

    public async Task<DeleteImageResponse> RunAsync(ImageOptions options, CancellationToken cancellationToken)
    {
        var name = ImageFacts.Name(options.Name);

        // Whoever is making a VM from it has made it, or not begun yet.
        using var alone = await images.Gate.RemoveAsync(cancellationToken);
        var users = ImageFacts.UsedBy(name, shelf.DigestOf(name), store.List());
        if (users.Count > 0)
        {
            var more = users.Count > NamesInAnError ? $" and {users.Count - NamesInAnError} more" : "";
            throw new AetherscaleException(
                ImageInUse, $"image \"{name}\" is used by: {string.Join(", ", users.Take(NamesInAnError))}{more}; delete these VMs first");
        }

        shelf.Remove(name, store.IsBase);
        return new DeleteImageResponse { Name = name.Text, Status = VmStatus.Deleted };
    }
}
