using Aetherscale.Contract;
using Aetherscale.Images.Imports;

namespace Aetherscale.Tests.Images;

public sealed class UrlImportTests : IAsyncLifetime
{
    private readonly ImportBench _bench = new();
    private readonly FileServer _server = new();
    private readonly Download _download;
    private readonly UrlImport _import;

    public UrlImportTests()
    {
        _download = new Download(_bench.Folder, TimeSpan.FromSeconds(30), TimeProvider.System);
        _import = new UrlImport(_download, _bench.Importer);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _download.Dispose();
        await _server.DisposeAsync();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("cat")]
    [InlineData("gzip -1")]
    [InlineData("xz -0")]
    [InlineData("zstd -q")]
    public async Task An_unsafe_image_is_refused_before_the_rest_of_it_has_come(string pack)
    {
        _bench.Sources.Run("sh", "-c", $"qemu-img create -q -f qcow2 -b /etc/passwd -F raw bad 1M; head -c 4M /dev/urandom >> bad; {pack} < bad > source");
        _server.Files["/i"] = await File.ReadAllBytesAsync(_bench.Sources["source"], TestContext.Current.CancellationToken);

        // What follows never comes.
        _server.Stalls.Enqueue(2 << 20);

        await _bench.RefusalAsync(ErrorCodes.ImageUnsafe, () => ImportAsync(null).WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("cat")]
    [InlineData("gzip -1")]
    [InlineData("xz -0")]
    [InlineData("zstd -q")]
    public async Task A_good_one_passes(string pack)
    {
        _bench.Sources.Run("sh", "-c", $"head -c 4M /dev/urandom > disk; {pack} < disk > source");
        _server.Files["/i"] = await File.ReadAllBytesAsync(_bench.Sources["source"], TestContext.Current.CancellationToken);

        await ImportAsync(ImageFormat.Raw);

        _bench.AssertHolds("disk");
    }

    private Task ImportAsync(ImageFormat? format) => _import.RunAsync(
        ImagesFolder.Name("x"), new RemoteImage(_server["/i"], null, format, null), new ImportMeter(), TestContext.Current.CancellationToken);
}
