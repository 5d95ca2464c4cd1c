using Aetherscale.SystemTests.Harness;
using Aetherscale.Tests.Images;

namespace Aetherscale.SystemTests.Images;

/// <summary>Images by https, as all that the catalogue comes with are, fetched by the published daemon.</summary>
public sealed class SecurePullTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly SecureServer _server = new();

    public async ValueTask InitializeAsync()
    {
        var image = await File.ReadAllBytesAsync($"{TestEnvironment.Images}/polite.qcow2", TestContext.Current.CancellationToken);
        CatalogueServer.PutIncus(_server.Files, image);
        _server.Files.Files["/i.qcow2"] = image;
        await File.WriteAllTextAsync($"{_folder.Path}/catalogue", $"images {_server.Files["/"]}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync($"{_folder.Path}/trusted.pem", _server.Pem, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_that_the_host_trusts_is_pulled_from()
    {
        await using var host = await StartAsync(("SSL_CERT_FILE", $"{_folder.Path}/trusted.pem"));

        (await host.CliAsync("pull-image", "images:alpine/3.20")).Succeeded();

        Assert.Equal(_server.Files.Files["/i.qcow2"], await File.ReadAllBytesAsync($"{host.Data}/images/images_alpine_3.20.qcow2", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task One_that_it_does_not_trust_is_not_and_the_reason_is_told()
    {
        await using var host = await StartAsync();

        foreach (var line in new[] { (string[])["pull-image", "images:alpine/3.20"], ["import-image", "i", _server.Files["/i.qcow2"].AbsoluteUri] })
        {
            var result = await host.CliAsync(line);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains("cannot be fetched: no safe connection: The remote certificate is invalid", result.Error, StringComparison.Ordinal);
            Assert.EndsWith("(import-failed)\n", result.Error, StringComparison.Ordinal);
        }

        Assert.Empty(_server.Files.Requests);
        Assert.Empty(Directory.EnumerateFiles($"{host.Data}/images", "*", SearchOption.AllDirectories));
    }

    private Task<TestHost> StartAsync(params (string Name, string Value)[] more) => TestHost.StartAsync(
        new Dictionary<string, string>([new("AETHERSCALE_CATALOGUE", $"{_folder.Path}/catalogue"), .. more.Select(one => KeyValuePair.Create(one.Name, one.Value))]));
}
