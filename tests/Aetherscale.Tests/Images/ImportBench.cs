using Aetherscale.Images;
using Aetherscale.Images.Imports;
using Aetherscale.Processes;

namespace Aetherscale.Tests.Images;

/// <summary>A store that is imported into, and a folder of sources beside it.</summary>
internal sealed class ImportBench : IDisposable
{
    private readonly ImagesFolder _images = new();

    public ImportBench()
    {
        Store = new ImageStore(_images.Path);
        Shelf = new ImageShelf(Store, _images.Path);
        Importer = new ImageImporter(_images.Path, Shelf, Store.Gate, new Unpacker(new ProcessRunner()), ConvertAsync, digest => digest == Base, TimeProvider.System);
    }

    public ImagesFolder Sources { get; } = new();

    public ImageStore Store { get; }

    public ImageShelf Shelf { get; }

    public ImageImporter Importer { get; }

    public string Folder => _images.Path;

    /// <summary>The digest that a VM stands on.</summary>
    public string? Base { get; set; }

    public async Task<ImageLook> ImportAsync(string source, string name = "x", Checksum? checksum = null, ImageFormat? format = null)
    {
        await using var bytes = File.OpenRead(Sources[source]);
        return await ImportAsync(bytes, bytes.Length, name, checksum, format);
    }

    public async Task<ImageLook> ImportAsync(Stream bytes, long? length, string name = "x", Checksum? checksum = null, ImageFormat? format = null)
    {
        await Importer.ImportAsync(
            ImagesFolder.Name(name), new ImageSource(bytes, length, "here", checksum, format), new ImportMeter(), TestContext.Current.CancellationToken);
        return Shelf.Look(ImagesFolder.Name(name));
    }

    public async Task<AetherscaleException> RefusalAsync(string code, Func<Task> import)
    {
        var before = Entries();
        var error = await Assert.ThrowsAsync<AetherscaleException>(import);
        Assert.True(code == error.Code, $"{error.Code}: {error.Message}");
        Assert.Equal(before, Entries());
        return error;
    }

    public Task<AetherscaleException> RefusalAsync(string code, string source, ImageFormat? format = null) =>
        RefusalAsync(code, () => ImportAsync(source, format: format));

    /// <summary>All that is in the store.</summary>
    public IReadOnlyList<string> Entries() =>
    [
        .. Directory.EnumerateFileSystemEntries(_images.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(path => Path.GetRelativePath(_images.Path, path)).Order(StringComparer.Ordinal),
    ];

    /// <summary>The image is a sound qcow2 and a guest sees in it what is in the raw file.</summary>
    public void AssertHolds(string raw, string name = "x")
    {
        Sources.Run("qemu-img", "check", "-q", "-f", "qcow2", _images[$"{name}.qcow2"]);
        Sources.Run("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", Sources[raw], _images[$"{name}.qcow2"]);
    }

    public void Dispose()
    {
        _images.Dispose();
        Sources.Dispose();
    }

    // The sandbox is the system tests' matter.
    private async Task ConvertAsync(string source, string target, CancellationToken cancellation) =>
        await Task.Run(
            () => Sources.Run("sh", "-c", $"qemu-img check -q -f vmdk '{source}' && qemu-img convert -f vmdk -O qcow2 '{source}' '{target}'"), cancellation);
}
