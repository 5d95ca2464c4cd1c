using Aetherscale.Contract;
using Aetherscale.Images.Catalogue;
using Aetherscale.Images.Imports;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Images;

public sealed class ImagePullerTests : IAsyncLifetime
{
    private readonly ImportBench _bench = new();
    private readonly TestFolder _folder = new();
    private readonly FileServer _server = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Download _download;
    private readonly ImagePuller _puller;
    private readonly byte[] _content;
    private readonly ImageReference _reference;
    private readonly string _path;

    public ImagePullerTests()
    {
        _download = new Download(_bench.Folder, TimeSpan.FromDays(1), _time);
        var documents = new RemoteDocuments(_download);
        var catalogue = new ImageCatalogue(new CatalogueFile(_folder["catalogue"]), documents, new Simplestreams(documents), ChecksumList.Find);
        _puller = new ImagePuller(catalogue, new UrlImport(_download, _bench.Importer), _bench.Store, _bench.Shelf);
        _content = File.ReadAllBytes(_bench.Sources.Create("one.qcow2", "1M"));
        File.WriteAllText(_folder["catalogue"], $"mine {_server["/"]}");
        _path = CatalogueServer.PutIncus(_server, _content);
        _reference = catalogue.Parse("mine:alpine/3.20");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _download.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task What_is_the_newest_already_is_not_fetched_again_and_what_is_newer_is()
    {
        await PullAsync();
        Assert.Equal(_content, Image());
        await PullAsync();
        Assert.Equal(1, Fetched());

        var newer = File.ReadAllBytes(_bench.Sources.Create("two.qcow2", "2M"));
        CatalogueServer.PutIncus(_server, newer);
        _server.Tag = "\"two\"";
        await PullAsync();

        Assert.Equal(newer, Image());
        Assert.Equal(2, Fetched());
    }

    [Fact]
    public async Task Whoever_needs_the_image_pulls_it_once_between_them()
    {
        var meters = Enumerable.Range(0, 5).Select(_ => new ImportMeter()).ToList();

        await Task.WhenAll(meters.Select(meter => _puller.EnsureAsync(_reference, meter, TestContext.Current.CancellationToken)));

        Assert.Equal(1, Fetched());
        Assert.Equal(4, meters.Count(meter => meter.Read().Stage == ImportStage.Waiting));
    }

    [Fact]
    public async Task An_image_that_is_there_is_not_asked_for()
    {
        await PullAsync();
        var before = _server.Requests.Count;

        await _puller.EnsureAsync(_reference, new ImportMeter(), TestContext.Current.CancellationToken);

        Assert.Equal(before, _server.Requests.Count);
    }

    [Fact]
    public async Task A_wrong_checksum_leaves_the_old_image_and_nothing_else()
    {
        await PullAsync();
        var before = _bench.Entries();
        CatalogueServer.PutIncus(_server, _content, sha256: new string('1', 64));

        Assert.Equal(ErrorCodes.ChecksumMismatch, (await Assert.ThrowsAsync<AetherscaleException>(PullAsync)).Code);

        Assert.Equal(before, _bench.Entries());
        Assert.Equal(_content, Image());
    }

    [Fact]
    public async Task A_pull_that_is_given_up_lets_the_next_one_go_on_where_it_was()
    {
        _server.IsIll = path => path == _path;
        _server.Stalls.Enqueue(65536);
        using var stop = new CancellationTokenSource();
        var meter = new ImportMeter();
        var first = _puller.EnsureAsync(_reference, meter, stop.Token);
        while (meter.Read() is not (ImportStage.Downloading, 65536, _))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        var second = _puller.EnsureAsync(_reference, new ImportMeter(), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await second;

        Assert.Equal(_content, Image());
        Assert.Contains($"{_path} 65536-", _server.Requests);
    }

    [Fact]
    public async Task A_download_that_a_killed_daemon_left_is_not_taken_for_what_the_server_has_by_now()
    {
        (await _download.FetchAsync(_server[_path], new ImportMeter(), TestContext.Current.CancellationToken)).Release();
        var newer = File.ReadAllBytes(_bench.Sources.Create("two.qcow2", "2M"));
        CatalogueServer.PutIncus(_server, newer);
        _server.Tag = "\"two\"";

        await PullAsync();

        Assert.Equal(newer, Image());
        Assert.Equal(2, Fetched());
    }

    [Fact]
    public async Task A_network_that_is_gone_at_any_moment_leaves_the_old_image_and_only_the_rest_is_fetched_when_it_is_back()
    {
        await PullAsync();
        var newer = File.ReadAllBytes(_bench.Sources.Create("two.qcow2", "2M"));
        CatalogueServer.PutIncus(_server, newer);
        _server.Tag = "\"two\"";
        _server.IsIll = _ => false;
        var before = _bench.Entries();
        var (index, list) = (_server.Files["/streams/v1/index.json"].Length, _server.Files["/streams/v1/images.json"].Length);
        foreach (var end in (int[])[0, 1, index - 1, index, index + 1, index + list - 1, index + list, index + list + 1, index + list + 70_000, index + list + newer.Length - 70_002])
        {
            _server.EndOfNetwork = _server.Sent + end;
            Assert.Equal(ErrorCodes.ImportFailed, (await Assert.ThrowsAsync<AetherscaleException>(PullImpatientlyAsync)).Code);

            Assert.Equal(_content, Image());
            Assert.Equal(before, _bench.Entries().Where(entry => !entry.StartsWith(ImportFolder.DownloadPrefix, StringComparison.Ordinal)));
        }

        // All but a byte had come by then.
        _server.EndOfNetwork = long.MaxValue;
        var sent = _server.Sent;
        await PullAsync();

        Assert.Equal(newer, Image());
        Assert.Equal(index + list + 1, _server.Sent - sent);
    }

    /// <summary>Does not wait between the tries.</summary>
    private async Task PullImpatientlyAsync()
    {
        var pull = PullAsync();
        while (!pull.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await pull;
    }

    private Task PullAsync() => _puller.PullAsync(_reference, _reference.Name, new ImportMeter(), TestContext.Current.CancellationToken);

    private byte[] Image() => File.ReadAllBytes($"{_bench.Folder}/mine_alpine_3.20.qcow2");

    private int Fetched() => _server.Requests.Count(request => request == _path);
}
