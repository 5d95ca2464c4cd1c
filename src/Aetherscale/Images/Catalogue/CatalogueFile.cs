using System.Text;
using Aetherscale.Files;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Catalogue;

/// <summary>The user's own lines of the catalogue, in a file that is theirs: what is not added or removed here stays as it was typed.</summary>
/// <param name="path">It need not be there.</param>
internal sealed class CatalogueFile(string path)
{
    private const UnixFileMode NewMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly Lock _writing = new();

    public string Path => path;

    /// <exception cref="AetherscaleException"><c>bad-catalogue</c>.</exception>
    public IReadOnlyList<CatalogueLine> Read() => CatalogueLine.ReadAll(Text(), path);

    /// <summary>Adds a server at the file's end; it is on the disk when this returns.</summary>
    /// <exception cref="AetherscaleException"><c>bad-name</c>, <c>bad-request</c>, <c>name-taken</c> or <c>bad-catalogue</c>.</exception>
    public CatalogueLine Add(string remote, string url)
    {
        var line = CatalogueLine.Server(remote, url);
        lock (_writing)
        {
            var text = Text();
            if (CatalogueLine.ReadAll(text, path).FirstOrDefault(line.IsSameServer) is { } known)
            {
                throw new AetherscaleException(NameTaken, $"there is a remote \"{remote}\" already, {known.Url}; take another name, or remove it first");
            }

            Replace($"{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}{remote}  {line.Url.AbsoluteUri}\n");
            return line;
        }
    }

    /// <summary>Removes a server that was added; lines of images under its name stay.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="AetherscaleException"><c>bad-catalogue</c>.</exception>
    public bool Remove(string remote)
    {
        lock (_writing)
        {
            var text = Text();
            _ = CatalogueLine.ReadAll(text, path);
            var lines = text.Split('\n');
            var kept = lines.Where(line => !(CatalogueLine.ReadAll(line, path) is [{ Checksums: null } server] && server.Remote == remote)).ToArray();
            if (kept.Length == lines.Length)
            {
                return false;
            }

            Replace(string.Join('\n', kept));
            return true;
        }
    }

    private string Text()
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    private void Replace(string text)
    {
        try
        {
            // Where the file is a link, into a folder of settings under version control for one, it stays one.
            var file = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            DurableFile.Replace(file, Encoding.UTF8.GetBytes(text), File.Exists(file) ? File.GetUnixFileMode(file) : NewMode);
        }
        catch (Exception error) when (error is UnauthorizedAccessException || (error is IOException io && !FileErrors.IsNoSpace(io)))
        {
            throw new AetherscaleException(BadCatalogue, $"{path} cannot be written: {error.Message}", error);
        }
    }
}
