using Aetherscale.Contract;
using Aetherscale.Images;

namespace Aetherscale.Tests.Images;

public sealed class ImageShelfTests : IDisposable
{
    private readonly ImagesFolder _images = new();
    private readonly ImageStore _store;
    private readonly ImageShelf _shelf;

    public ImageShelfTests()
    {
        _store = new ImageStore(_images.Path);
        _shelf = new ImageShelf(_store, _images.Path);
    }

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task A_file_that_was_dropped_in_is_told_of_and_has_a_digest_from_its_first_use()
    {
        _images.Create("b.qcow2", "1M");
        File.WriteAllText(_images["a.qcow2"], "no image");

        var looks = _shelf.LookAtAll();

        Assert.Equal(["a", "b"], looks.Select(look => look.Name.Text));
        Assert.Contains("not a qcow2 file", looks[0].Problem, StringComparison.Ordinal);
        Assert.Equal((1 << 20, null, null), (looks[1].VirtualSize, looks[1].Digest, looks[1].Problem));
        var image = await _store.ResolveAsync(ImagesFolder.Name("b"), Cancellation);
        Assert.Equal(image.Digest, _shelf.Look(ImagesFolder.Name("b")).Digest);
    }

    [Fact]
    public async Task A_copy_is_the_same_file_and_outlives_the_original()
    {
        _images.Create("a.qcow2", "1M");
        await _shelf.CopyAsync(ImagesFolder.Name("a"), ImagesFolder.Name("b"), Cancellation);
        var digest = _shelf.Look(ImagesFolder.Name("b")).Digest!;

        _shelf.Remove(ImagesFolder.Name("a"), _ => false);

        Assert.Equal(digest, _shelf.Look(ImagesFolder.Name("b")).Digest);
        Assert.Equal(["b"], _store.List().Select(name => name.Text));
        _shelf.Remove(ImagesFolder.Name("b"), _ => false);
        Assert.Empty(Directory.GetFiles(_images["sha256"]));
        Assert.Equal(
            ErrorCodes.ImageNotFound,
            Assert.Throws<AetherscaleException>(() => _shelf.Remove(ImagesFolder.Name("b"), _ => false)).Code);
    }

    [Fact]
    public async Task A_copy_takes_no_name_that_is_taken()
    {
        _images.Create("a.qcow2", "1M");
        _images.Create("b.qcow2", "2M");

        var error = await Assert.ThrowsAsync<AetherscaleException>(() => _shelf.CopyAsync(ImagesFolder.Name("a"), ImagesFolder.Name("b"), Cancellation));

        Assert.Equal(ErrorCodes.NameTaken, error.Code);
        Assert.Equal(2 << 20, _shelf.Look(ImagesFolder.Name("b")).VirtualSize);
    }

    [Fact]
    public async Task The_content_of_a_removed_image_stays_while_a_vm_stands_on_it()
    {
        _images.Create("a.qcow2", "1M");
        var image = await _store.ResolveAsync(ImagesFolder.Name("a"), Cancellation);

        _shelf.Remove(ImagesFolder.Name("a"), digest => digest == image.Digest);

        Assert.True(File.Exists(image.DigestPath));
        Assert.False(File.Exists(_images["a.qcow2"]));
    }

    [Fact]
    public void What_cannot_be_used_can_be_removed_but_a_folder()
    {
        File.CreateSymbolicLink(_images["a.qcow2"], "/nowhere");
        Directory.CreateDirectory(_images["b.qcow2"]);

        _shelf.Remove(ImagesFolder.Name("a"), _ => false);

        Assert.Equal(ErrorCodes.ImageUnsafe, Assert.Throws<AetherscaleException>(() => _shelf.Remove(ImagesFolder.Name("b"), _ => false)).Code);
        Assert.Equal(["b.qcow2"], Directory.GetFileSystemEntries(_images.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_remover_waits_for_users_and_users_for_a_remover()
    {
        var gate = new ImageGate();
        var user = await gate.UseAsync(Cancellation);
        var remover = gate.RemoveAsync(Cancellation);
        var second = await gate.UseAsync(Cancellation);
        user.Dispose();
        user.Dispose();
        Assert.False(remover.IsCompleted);
        second.Dispose();

        var alone = await remover;
        var third = gate.UseAsync(Cancellation);
        Assert.False(third.IsCompleted);
        alone.Dispose();
        (await third).Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
