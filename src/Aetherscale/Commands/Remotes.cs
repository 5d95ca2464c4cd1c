using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Images.Catalogue;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>add-remote</c>, <c>list-remotes</c> and <c>remove-remote</c>: whose images can be pulled.</summary>
internal sealed class Remotes(CatalogueFile file)
{
    public RemoteSummary Add(AddRemoteOptions options)
    {
        var line = file.Add(options.Name, options.Url);
        return All().First(remote => remote.Name == line.Remote);
    }

    /// <summary>By name. Of several servers of a name the first counts, as in a pull.</summary>
    public IReadOnlyList<RemoteSummary> All()
    {
        var own = file.Read();
        return
        [
            .. own.Concat(ImageCatalogue.BuiltIn).GroupBy(line => line.Remote).OrderBy(remote => remote.Key, StringComparer.Ordinal).Select(remote => new RemoteSummary
            {
                Name = remote.Key,
                Url = remote.FirstOrDefault(line => line.Checksums is null)?.Url.AbsoluteUri,
                Images = [.. Reachable(remote).SelectMany(line => line.Aliases).Distinct()],
                BuiltIn = !own.Any(line => line.Remote == remote.Key),
            }),
        ];
    }

    public RemoveRemoteResponse Remove(RemoteOptions options)
    {
        if (!file.Remove(options.Name))
        {
            var isKnown = All().Any(remote => remote.Name == options.Name);
            throw new AetherscaleException(
                RemoteNotFound,
                isKnown
                    ? $"nobody has added the server of \"{options.Name}\": what comes with the program stays, and lines of images are removed in {file.Path}"
                    : $"there is no remote {Quoted.Of(options.Name)}; list-remotes tells those that there are");
        }

        return new RemoveRemoteResponse { Name = options.Name, Status = VmStatus.Deleted };
    }

    /// <summary>A server answers for all that stands after it.</summary>
    private static IEnumerable<CatalogueLine> Reachable(IEnumerable<CatalogueLine> remote) => remote.TakeWhile(line => line.Checksums is not null);
}
