using System.Text;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Tests.Images;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>The verbs on images over the broker, which carries no files: the daemon fetches what they name.</summary>
[Collection(BrokerTests.Name)]
public sealed class ImageTests(Broker broker) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new();
    private string _url = null!;
    private TestHost _host = null!;

    private static byte[] Polite { get; } = File.ReadAllBytes($"{TestEnvironment.Images}/polite.qcow2");

    public async ValueTask InitializeAsync()
    {
        _url = broker.UrlOf(broker.NewVirtualHost());
        _server.Files["/latest/debian-12.qcow2"] = Polite;
        _server.Files["/latest/SHA512SUMS"] = Encoding.UTF8.GetBytes(CatalogueServer.Checksums("debian", "debian-12.qcow2", Polite));
        await File.WriteAllTextAsync(
            $"{_folder.Path}/catalogue", $"debian:12 {_server["/latest/debian-12.qcow2"]} SHA512SUMS\n", TestContext.Current.CancellationToken);
        _host = await TestHost.StartAsync(
            new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = _url, ["AETHERSCALE_CATALOGUE"] = $"{_folder.Path}/catalogue" });
        await _host.WaitForBrokerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_image_is_pulled_copied_shown_and_deleted()
    {
        Assert.Matches("\ndebian_12 +384.0KiB ", (await TypeAsync("pull-image", "debian:12")).Succeeded().Output);
        (await TypeAsync("copy-image", "debian_12", "kept")).Succeeded();
        (await TypeAsync("delete-image", "debian_12")).Succeeded();

        Assert.Equal("kept\n", (await TypeAsync("list-images", "--quiet")).Succeeded().Output);
        Assert.Contains(_server["/latest/debian-12.qcow2"].AbsoluteUri, (await TypeAsync("show-image", "kept")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("(image-not-found)", (await TypeAsync("show-image", "debian_12")).Error, StringComparison.Ordinal);
        Assert.Equal(Polite, await File.ReadAllBytesAsync($"{_host.Data}/images/kept.qcow2", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_remote_is_added_listed_and_removed()
    {
        var server = _server["/"].AbsoluteUri;

        Assert.Equal($"NAME  URL{new string(' ', server.Length - 1)}IMAGES  BUILT-IN\nlab   {server}  -       no\n", (await TypeAsync("add-remote", "lab", server)).Succeeded().Output);
        Assert.Contains("(name-taken)", (await TypeAsync("add-remote", "lab", "https://other.example/")).Error, StringComparison.Ordinal);
        Assert.Contains("\nlab\n", (await TypeAsync("list-remotes", "--quiet")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"lab\"", (await TypeAsync("list-remotes", "--output", "json")).Succeeded().Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("NAME  STATUS\nlab   deleted\n", (await TypeAsync("remove-remote", "lab")).Succeeded().Output);
        Assert.Contains("(remote-not-found)", (await TypeAsync("remove-remote", "lab")).Error, StringComparison.Ordinal);
        Assert.Contains("SHA512SUMS\n", await File.ReadAllTextAsync($"{_folder.Path}/catalogue", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_url_is_imported_and_refused_as_on_the_socket()
    {
        var source = _server["/latest/debian-12.qcow2"].AbsoluteUri;

        var refused = await TypeAsync("import-image", "mine", source, "--checksum", $"sha256:{new string('0', 64)}");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("(checksum-mismatch)", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/images"));
        Assert.Equal("mine\n", (await TypeAsync("import-image", "mine", source, "--quiet")).Succeeded().Output);
    }

    [Fact]
    public async Task A_vm_is_made_of_an_image_that_is_pulled_for_it()
    {
        var vm = (await TypeAsync("create-vm", "--image", "debian:12", "--ssh-key", "none", "--quiet")).Succeeded().Output.Trim();

        await _host.WaitForConsoleAsync(vm, "POLITE UP");
        Assert.Equal("debian_12\n", (await TypeAsync("list-images", "--quiet")).Succeeded().Output);
    }

    private Task<ToolResult> TypeAsync(params string[] line) => _host.CliAsync(["--broker", _url, .. line]);
}
