using System.Security.Cryptography;
using Aetherscale.Commands;
using Aetherscale.Commands.Hosts;
using Aetherscale.Images.Imports;
using Aetherscale.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.Tests.Commands.Hosts;

/// <summary>What comes of an image that other hosts have, or say that they have.</summary>
public sealed class ImageFetchTests : IDisposable
{
    private readonly ImportBench _bench = new();
    private readonly ImageFetch _fetch;
    private readonly List<string> _asked = [];

    public ImageFetchTests()
    {
        _fetch = new ImageFetch(_bench.Store, _bench.Importer, NullLogger<ImageFetch>.Instance);
        _bench.Sources.Create("tiny.qcow2", "64M");
        _bench.Sources.Create("other.qcow2", "32M");
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_is_not_what_its_host_told_is_not_taken_and_the_next_host_is_asked()
    {
        var tiny = Content("tiny.qcow2");

        await FetchAsync(Host("h1", tiny, "other.qcow2"), Host("h2", tiny, "tiny.qcow2", bytes: 1000), Host("h3", tiny, "tiny.qcow2"), Host("h4", tiny, "tiny.qcow2"));

        Assert.Equal(["h1", "h2", "h3"], _asked);
        var look = _bench.Shelf.Look(ImagesFolder.Name("x"));
        Assert.Equal((tiny, "fleet:h3", tiny), ($"sha256:{look.Digest}", look.Record?.Source, look.Record?.SourceChecksum));
        Assert.DoesNotContain(_bench.Entries(), entry => entry.StartsWith(".import", StringComparison.Ordinal));

        // It is there now: nobody is asked.
        await FetchAsync();
        Assert.Equal(3, _asked.Count);
    }

    [Fact]
    public async Task Where_no_host_sends_what_it_told_each_is_named_with_what_came_of_it()
    {
        var tiny = Content("tiny.qcow2");

        var error = await _bench.RefusalAsync("import-failed", () => FetchAsync(Host("h1", tiny, "other.qcow2"), Host("h2", tiny, "tiny.qcow2", bytes: 70_000)));

        Assert.Contains("h1: the source's sha256 is ", error.Message);
        Assert.Contains("h2: the source ended after 70000 of ", error.Message);
    }

    [Fact]
    public async Task Different_contents_are_not_chosen_from()
    {
        var (tiny, other) = (Content("tiny.qcow2"), Content("other.qcow2"));

        var error = await _bench.RefusalAsync("image-differs", () => FetchAsync(Host("h1", tiny, "tiny.qcow2"), Host("h2", other, "other.qcow2"), Host("h3", tiny, "tiny.qcow2")));

        Assert.Contains($"h1, h3: {tiny}; h2: {other}", error.Message);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Hosts_that_did_not_answer_may_have_it()
    {
        var silent = new ImagesElsewhere((_, _) => Task.FromResult(new FoundImages([], ["h4", "h5"])), (_, _) => throw new InvalidOperationException());

        var error = await _bench.RefusalAsync("image-not-found", () => FetchAsync(silent));

        Assert.Contains("on no host of the fleet that answers; h4, h5 may have it", error.Message);
    }

    [Fact]
    public async Task All_who_want_it_at_once_wait_for_one_fetch()
    {
        var tiny = Content("tiny.qcow2");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => FetchAsync(Host("h1", tiny, "tiny.qcow2"))));

        Assert.Single(_asked);
    }

    private string Content(string source) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_bench.Sources[source])))}";

    private (ImageElsewhere Image, Stream Bytes) Host(string name, string digest, string source, int bytes = int.MaxValue)
    {
        var content = File.ReadAllBytes(_bench.Sources[source]);
        return (new ImageElsewhere(name, digest, content.Length, null), new MemoryStream(content, 0, Math.Min(bytes, content.Length)));
    }

    private Task FetchAsync(params (ImageElsewhere Image, Stream Bytes)[] hosts) => FetchAsync(new ImagesElsewhere(
        (_, _) => Task.FromResult(new FoundImages([.. hosts.Select(host => host.Image)], [])),
        (image, _) =>
        {
            lock (_asked)
            {
                _asked.Add(image.Host);
            }

            return Task.FromResult<IConnectedClient>(new Sender(hosts.Single(host => host.Image == image).Bytes));
        }));

    private Task FetchAsync(ImagesElsewhere elsewhere) =>
        _fetch.EnsureAsync(ImagesFolder.Name("x"), elsewhere, new ImportMeter(), TestContext.Current.CancellationToken);

    /// <summary>A host that sends these bytes.</summary>
    private sealed class Sender(Stream bytes) : IConnectedClient
    {
        public Stream Bytes => bytes;

        public ValueTask EndWritingAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public bool IsGone() => false;

        public ValueTask DisposeAsync() => bytes.DisposeAsync();
    }
}
