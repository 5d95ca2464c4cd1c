using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Images.Catalogue;

namespace Aetherscale.Tests.Images;

/// <summary>Servers that are added to the user's catalogue, and what of that file is left alone.</summary>
public sealed class RemotesTests : IDisposable
{
    private const string Typed = "# mine\ndebian:12  https://mirror/debian.qcow2  SHA512SUMS   # near\n\ncorp\thttps://corp.example/ # ours";

    private readonly TestFolder _folder = new();
    private readonly Remotes _remotes;

    public RemotesTests() => _remotes = new Remotes(new CatalogueFile(Path));

    private string Path => _folder["config/catalogue"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_remote_makes_the_file_and_is_listed_before_what_is_built_in()
    {
        var added = Add("images", "https://mirror.example/lxc");

        Assert.Equal(("images", "https://mirror.example/lxc/", false), (added.Name, added.Url, added.BuiltIn));
        Assert.Equal("images  https://mirror.example/lxc/\n", File.ReadAllText(Path));
        var listed = _remotes.All();
        Assert.Equal(listed.OrderBy(remote => remote.Name, StringComparer.Ordinal), listed);
        Assert.Equal("https://mirror.example/lxc/", Assert.Single(listed, remote => remote.Name == "images").Url);
        Assert.True(Assert.Single(listed, remote => remote.Name == "debian") is { BuiltIn: true, Url: null, Images: ["11", "bullseye", "12", ..] });
    }

    [Fact]
    public void What_else_stands_in_the_file_stays_as_it_was_typed()
    {
        Write(Typed);
        Add("lab", "http://lab.example:8080");
        Assert.Equal(Typed + "\nlab  http://lab.example:8080/\n", File.ReadAllText(Path));

        Assert.Equal("deleted", Remove("corp").Status);
        Remove("lab");
        Assert.Equal("# mine\ndebian:12  https://mirror/debian.qcow2  SHA512SUMS   # near\n\n", File.ReadAllText(Path));
        Assert.Empty(Directory.GetFiles(_folder["config"], "*.tmp"));
    }

    [Fact]
    public void A_file_that_is_a_link_stays_one_and_keeps_its_mode()
    {
        File.WriteAllText(_folder["real"], "");
        File.SetUnixFileMode(_folder["real"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(_folder["config"]);
        File.CreateSymbolicLink(Path, "../real");

        Add("lab", "http://lab.example/");

        Assert.Equal("../real", new FileInfo(Path).LinkTarget);
        Assert.Equal("lab  http://lab.example/\n", File.ReadAllText(_folder["real"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["real"]));
    }

    [Theory]
    [InlineData("Lab", "https://x/", ErrorCodes.BadName)]
    [InlineData("", "https://x/", ErrorCodes.BadName)]
    [InlineData("a:b", "https://x/", ErrorCodes.BadName)]
    [InlineData("a\nb", "https://x/", ErrorCodes.BadName)]
    [InlineData("lab", "ftp://x/", ErrorCodes.BadRequest)]
    [InlineData("lab", "/etc/passwd", ErrorCodes.BadRequest)]
    [InlineData("lab", "https://user:word@x/", ErrorCodes.BadRequest)]
    [InlineData("lab", "https://x/ SHA256SUMS", ErrorCodes.BadRequest)]
    [InlineData("lab", "https://x/\nevil https://y/", ErrorCodes.BadRequest)]
    [InlineData("lab", "https://x/#y", ErrorCodes.BadRequest)]
    [InlineData("corp", "https://elsewhere/", ErrorCodes.NameTaken)]
    public void What_cannot_be_a_line_is_refused_and_nothing_is_written(string name, string url, string code)
    {
        Write(Typed);
        Assert.Equal(code, Assert.Throws<AetherscaleException>(() => Add(name, url)).Code);
        Assert.Equal(Typed, File.ReadAllText(Path));
    }

    [Theory]
    [InlineData("nowhere", "there is no remote \"nowhere\"")]
    [InlineData("ubuntu", "nobody has added the server of \"ubuntu\"")]
    [InlineData("debian", "nobody has added the server of \"debian\"")]
    public void Only_what_was_added_can_be_removed(string name, string reason)
    {
        Write(Typed);
        var error = Assert.Throws<AetherscaleException>(() => Remove(name));
        Assert.Equal(ErrorCodes.RemoteNotFound, error.Code);
        Assert.StartsWith(reason, error.Message);
        Assert.Equal(Typed, File.ReadAllText(Path));
    }

    [Fact]
    public void A_file_with_a_wrong_line_is_not_touched()
    {
        Write("what is this\n");
        Assert.Equal(ErrorCodes.BadCatalogue, Assert.Throws<AetherscaleException>(() => Add("lab", "http://lab.example/")).Code);
        Assert.Equal(ErrorCodes.BadCatalogue, Assert.Throws<AetherscaleException>(() => Remove("lab")).Code);
    }

    private RemoteSummary Add(string name, string url) => _remotes.Add(new AddRemoteOptions { Name = name, Url = url });

    private RemoveRemoteResponse Remove(string name) => _remotes.Remove(new RemoteOptions { Name = name });

    private void Write(string text)
    {
        Directory.CreateDirectory(_folder["config"]);
        File.WriteAllText(Path, text);
    }
}
