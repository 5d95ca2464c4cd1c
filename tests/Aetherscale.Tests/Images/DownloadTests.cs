using System.Security.Cryptography;
using Aetherscale.Contract;
using Aetherscale.Images.Imports;

namespace Aetherscale.Tests.Images;

public sealed class DownloadTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly FileServer _server = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(1_000_000);
    private Download _download;

    public DownloadTests()
    {
        _download = NewDownload();
        _server.Files["/i.qcow2"] = _content;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _download.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_connection_that_breaks_is_made_anew_for_what_is_missing_and_nothing_more()
    {
        _server.Cuts.Enqueue(300_000);
        _server.Cuts.Enqueue(200_000);

        Assert.Equal(_content, await FetchAsync());
        Assert.Equal(["/i.qcow2", "/i.qcow2 300000-", "/i.qcow2 500000-"], _server.Requests);
        Assert.Equal(_content.Length, _server.Sent);
    }

    [Fact]
    public async Task The_next_daemon_fetches_only_what_is_missing()
    {
        _server.Stalls.Enqueue(300_000);
        using (var stop = new CancellationTokenSource())
        {
            var fetching = _download.FetchAsync(_server["/i.qcow2"], new ImportMeter(), stop.Token);
            while (_server.Sent < 300_000 || new DirectoryInfo(_folder.Path).GetFiles("part", SearchOption.AllDirectories).Sum(file => file.Length) < 300_000)
            {
                await Task.Delay(5, Cancellation);
            }

            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
        }

        _download.Dispose();
        _download = NewDownload();

        Assert.Equal(_content, await FetchAsync());
        Assert.Equal(["/i.qcow2", "/i.qcow2 300000-"], _server.Requests);
        Assert.Equal(_content.Length, _server.Sent);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_asked_again()
    {
        _server.Stalls.Enqueue(100_000);

        Assert.Equal(_content, await FetchAsync());
        Assert.Equal(["/i.qcow2", "/i.qcow2 100000-"], _server.Requests);
    }

    [Fact]
    public async Task A_slow_server_is_waited_for_as_long_as_it_says_something()
    {
        _server.Pause = 100;

        Assert.Equal(_content, await FetchAsync());
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("\"two\"")]
    [InlineData(null)]
    [InlineData("W/\"one\"")]
    public async Task What_may_be_another_file_by_now_is_fetched_from_its_beginning(string? tag)
    {
        _server.Tag = tag is "\"two\"" ? "\"one\"" : tag;
        _server.Cuts.Enqueue(300_000);
        await StopAtAsync(300_000);
        _server.Tag = tag;
        _server.Files["/i.qcow2"] = [.. _content.Reverse()];

        Assert.Equal(_content.Reverse(), await FetchAsync());
    }

    [Fact]
    public async Task Redirects_are_followed()
    {
        _server.Redirects["/latest"] = "/v2/i";
        _server.Redirects["/v2/i"] = _server["/i.qcow2"].AbsoluteUri;

        Assert.Equal(_content, await FetchAsync("/latest"));
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(403, 1)]
    public async Task What_the_server_does_not_have_is_not_asked_for_again(int status, int requests)
    {
        _server.Statuses.Enqueue(status);

        var error = await Assert.ThrowsAsync<AetherscaleException>(() => FetchAsync());

        Assert.Equal(ErrorCodes.ImportFailed, error.Code);
        Assert.Contains($"the server answers {status} (", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("try again", error.Message, StringComparison.Ordinal);
        Assert.Equal(requests, _server.Requests.Count);
    }

    [Fact]
    public async Task An_ill_server_is_asked_again()
    {
        _server.Statuses.Enqueue(503);

        Assert.Equal(_content, await FetchAsync());
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_loop_of_redirects_ends()
    {
        _server.Redirects["/a"] = "/a";

        Assert.Equal(ErrorCodes.ImportFailed, (await Assert.ThrowsAsync<AetherscaleException>(() => FetchAsync("/a"))).Code);
    }

    [Theory]
    [InlineData("ftp://host/i")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:secret@host/i")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public void Only_the_web_is_fetched_from(string url) =>
        Assert.Equal(ErrorCodes.BadRequest, Assert.Throws<AetherscaleException>(() => Download.Parse(url)).Code);

    [Fact]
    public async Task A_list_beside_the_file_is_read_and_a_missing_one_is_none()
    {
        _server.Files["/SHA256SUMS"] = "abc"u8.ToArray();

        Assert.Equal("abc", await _download.ReadBesideAsync(_server["/i.qcow2"], "SHA256SUMS", Cancellation));
        Assert.Null(await _download.ReadBesideAsync(_server["/i.qcow2"], "SHA512SUMS", Cancellation));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Download NewDownload() => new(_folder.Path, TimeSpan.FromSeconds(1), TimeProvider.System);

    private async Task StopAtAsync(int bytes)
    {
        using var stop = new CancellationTokenSource();
        var fetching = _download.FetchAsync(_server["/i.qcow2"], new ImportMeter(), stop.Token);
        while (_server.Sent < bytes)
        {
            await Task.Delay(5, Cancellation);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
    }

    private async Task<byte[]> FetchAsync(string path = "/i.qcow2")
    {
        var file = await _download.FetchAsync(_server[path], new ImportMeter(), Cancellation);
        using var content = new MemoryStream();
        await using (var bytes = file.OpenToRead())
        {
            await bytes.CopyToAsync(content, Cancellation);
        }

        file.Remove();
        file.Release();
        return content.ToArray();
    }
}
