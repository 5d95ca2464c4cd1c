using System.Text;
using Aetherscale.Contract;
using Aetherscale.Images.Catalogue;
using Aetherscale.Images.Imports;

namespace Aetherscale.Tests.Images;

public sealed class CatalogueTests : IAsyncLifetime
{
    private static readonly byte[] s_content = Encoding.UTF8.GetBytes("a disk");

    private readonly TestFolder _folder = new();
    private readonly FileServer _server = new();
    private readonly Download _download;
    private readonly ImageCatalogue _catalogue;

    public CatalogueTests()
    {
        _download = new Download(_folder.Path, TimeSpan.FromSeconds(1), TimeProvider.System);
        var documents = new RemoteDocuments(_download);
        _catalogue = new ImageCatalogue(new CatalogueFile(_folder["catalogue"]), documents, new Simplestreams(documents), ChecksumList.Find);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _download.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("debian", "SHA512SUMS", "sha512")]
    [InlineData("ubuntu", "SHA256SUMS", "sha256")]
    [InlineData("fedora", "Fedora-CHECKSUM", "sha256")]
    [InlineData("alpine", "i.qcow2.sha512", "sha512")]
    public async Task Each_distributions_list_of_checksums_is_read(string distribution, string list, string algorithm)
    {
        Write($"mine:1,one {_server["/d/i.qcow2"]} {list}");
        _server.Files[$"/d/{list}"] = Encoding.UTF8.GetBytes(CatalogueServer.Checksums(distribution, "i.qcow2", s_content));

        foreach (var alias in new[] { "mine:1", "mine:one" })
        {
            var entry = await FindAsync(alias);

            Assert.Equal((_server["/d/i.qcow2"], algorithm, HexOf(algorithm), null as string), (entry.Url, entry.Checksum.Name, entry.Checksum.Hex, entry.Firmware));
        }
    }

    [Theory]
    [InlineData("0000  i.qcow2\n")]
    [InlineData("")]
    [InlineData("<html>nothing</html>")]
    public async Task Without_a_checksum_nothing_is_pulled(string list)
    {
        Write($"mine:1 {_server["/i.qcow2"]} SHA256SUMS");
        _server.Files["/SHA256SUMS"] = Encoding.UTF8.GetBytes(list);

        await RefusedAsync("mine:1", ErrorCodes.ImportFailed, "has no checksum of");
    }

    [Fact]
    public async Task The_newest_disk_for_this_host_is_found_on_the_communitys_server()
    {
        Write($"mine {_server["/"]}");
        var path = CatalogueServer.PutIncus(_server, s_content);

        foreach (var alias in new[] { "mine:alpine/3.20", "mine:alpine/3.20/default" })
        {
            var entry = await FindAsync(alias);

            Assert.Equal((_server[path], HexOf("sha256"), "uefi"), (entry.Url, entry.Checksum.Hex, entry.Firmware));
        }

        Assert.Empty(Directory.GetDirectories(_folder.Path));
    }

    [Theory]
    [InlineData("mine:24.04")]
    [InlineData("mine:noble")]
    [InlineData("mine:lts")]
    public async Task Ubuntus_server_is_read_where_it_is_not_at_the_root(string image)
    {
        Write($"mine {_server["/releases"]}");
        var path = CatalogueServer.PutUbuntu(_server, s_content);

        var entry = await FindAsync(image);

        Assert.Equal((_server[path], HexOf("sha256"), null as string), (entry.Url, entry.Checksum.Hex, entry.Firmware));
        Assert.DoesNotContain(_server.Requests, request => request.Contains("aws", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_first_line_that_names_the_image_counts_or_the_first_server()
    {
        Write($"mine:22.04 http://x/y z\n# mine:24.04 http://x/y z\nmine {_server["/releases/"]} # Ubuntu\nmine:24.04 http://x/y z");
        var path = CatalogueServer.PutUbuntu(_server, s_content);

        Assert.Equal(_server[path], (await FindAsync("mine:24.04")).Url);
    }

    [Fact]
    public async Task A_server_of_the_users_stands_for_the_one_that_is_built_in()
    {
        Write($"images {_server["/"]}");
        CatalogueServer.PutIncus(_server, s_content);

        await RefusedAsync("images:alpine/9", ErrorCodes.ImageNotFound, "images has no image");
    }

    [Fact]
    public async Task What_a_killed_daemon_left_of_a_list_is_not_used()
    {
        Write($"mine {_server["/"]}");
        var path = CatalogueServer.PutIncus(_server, s_content);
        _server.Files["/streams/v1/images.json"] = "{}"u8.ToArray();
        (await _download.FetchAsync(_server["/streams/v1/images.json"], new ImportMeter(), TestContext.Current.CancellationToken)).Release();
        CatalogueServer.PutIncus(_server, s_content);

        Assert.Equal(_server[path], (await FindAsync("mine:alpine/3.20")).Url);
    }

    [Fact]
    public async Task An_image_that_nobody_has_is_not_found()
    {
        Write($"mine:1,one {_server["/i"]} s\nmine {_server["/"]}");
        CatalogueServer.PutIncus(_server, s_content);

        await RefusedAsync("mine:alpine/9", ErrorCodes.ImageNotFound, "it has, among others: 1, one");
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("null")]
    [InlineData("""{"index": []}""")]
    [InlineData("""{"index": {"a": {"path": 1}}}""")]
    public async Task What_is_no_index_is_refused(string index)
    {
        Write($"mine {_server["/"]}");
        _server.Files["/streams/v1/index.json"] = Encoding.UTF8.GetBytes(index);

        await RefusedAsync("mine:1", ErrorCodes.ImportFailed, "is no simplestreams document");
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://x/y")]
    public async Task A_server_leads_to_the_web_only(string path)
    {
        Write($"mine {_server["/"]}");
        CatalogueServer.PutIncus(_server, s_content);
        var products = Encoding.UTF8.GetString(_server.Files["/streams/v1/images.json"]).Replace("images/alpine/3.20/amd64/default/20241102_13:00/disk.qcow2", path, StringComparison.Ordinal);
        _server.Files["/streams/v1/images.json"] = Encoding.UTF8.GetBytes(products);

        await RefusedAsync("mine:alpine/3.20", ErrorCodes.ImportFailed, "on no web server");
    }

    [Fact]
    public async Task A_disk_without_a_checksum_is_none()
    {
        Write($"mine {_server["/"]}");
        CatalogueServer.PutIncus(_server, s_content, sha256: "none");

        Assert.Equal(new string('0', 64), (await FindAsync("mine:alpine/3.20")).Checksum.Hex); // the older version's
    }

    [Fact]
    public void A_remote_that_is_unknown_is_told_with_those_that_are_known()
    {
        var error = Assert.Throws<AetherscaleException>(() => _catalogue.Parse("nbd:x"));

        Assert.Equal(ErrorCodes.BadName, error.Code);
        Assert.Contains("there is no remote \"nbd\": there are debian, ubuntu, ubuntu-daily, fedora, alpine, images", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alpine", "there are alpine:3.20, alpine:3.21, alpine:3.22.")]
    [InlineData("ubuntu", "there are ubuntu:22.04, ubuntu:jammy, ubuntu:24.04, ubuntu:noble; https://cloud-images.ubuntu.com/releases/ has a list of what may follow \"ubuntu:\".")]
    [InlineData("images", "\"images\" names no image of images: https://images.linuxcontainers.org/ has a list of what may follow \"images:\".")]
    public void A_remote_alone_is_answered_with_what_it_has(string remote, string words)
    {
        var error = Assert.Throws<AetherscaleException>(() => _catalogue.Parse(remote));

        Assert.Equal(ErrorCodes.BadName, error.Code);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mine:1 http://x/y")]
    [InlineData("mine http://x/y z")]
    [InlineData("mine:1 ftp://x/y z")]
    [InlineData("mine:1 http://u:p@x/y z")]
    [InlineData("mine:1,, http://x/y z")]
    [InlineData("mine:a_b http://x/y z")]
    [InlineData("../x http://x/y")]
    [InlineData("mine")]
    public void A_wrong_line_is_named(string line)
    {
        Write($"mine http://x/\n\n{line}");

        var error = Assert.Throws<AetherscaleException>(() => _catalogue.Parse("mine:1"));

        Assert.Equal(ErrorCodes.BadCatalogue, error.Code);
        Assert.StartsWith($"{_folder["catalogue"]}(3): ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debian:12", "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2")]
    [InlineData("ubuntu:24.04", "https://cloud-images.ubuntu.com/releases/24.04/release/ubuntu-24.04-server-cloudimg-amd64.img")]
    public void The_built_in_lines_have_what_the_documentation_names(string image, string url)
    {
        Assert.All(ImageCatalogue.BuiltIn, line => Assert.Equal("https", line.Url.Scheme));
        Assert.Equal(url, Assert.Single(ImageCatalogue.BuiltIn, line => line.Aliases.Select(alias => $"{line.Remote}:{alias}").Contains(image)).Url.AbsoluteUri);
        Assert.Superset(new HashSet<string>(["debian", "ubuntu", "fedora", "alpine"]), ImageCatalogue.BuiltIn.Where(line => line.Checksums is not null).Select(line => line.Remote).ToHashSet());
    }

    private void Write(string text) => File.WriteAllText(_folder["catalogue"], text);

    private Task<CatalogueEntry> FindAsync(string image) => _catalogue.FindAsync(_catalogue.Parse(image), TestContext.Current.CancellationToken);

    private async Task RefusedAsync(string image, string code, string part)
    {
        var error = await Assert.ThrowsAsync<AetherscaleException>(() => FindAsync(image));
        Assert.Equal(code, error.Code);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static string HexOf(string algorithm) => Convert.ToHexStringLower(
        algorithm == "sha512" ? System.Security.Cryptography.SHA512.HashData(s_content) : System.Security.Cryptography.SHA256.HashData(s_content));
}
