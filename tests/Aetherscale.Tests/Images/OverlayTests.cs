using System.Text.Json;
using Aetherscale.Images;

namespace Aetherscale.Tests.Images;

public sealed class OverlayTests : IDisposable
{
    private const long Mebibyte = 1L << 20;

    private readonly ImagesFolder _images = new();

    [Theory]
    [InlineData(64 * Mebibyte)]
    [InlineData((64 * Mebibyte) + 512)]
    [InlineData(20L << 30)]
    [InlineData(1L << 51)]
    public void The_overlay_is_what_qemu_img_would_have_made(long size)
    {
        var image = Base();
        Overlay.Create(_images["ours.qcow2"], image, size);
        _images.Create("theirs.qcow2", $"{size}", "-b", image.DigestPath, "-F", "qcow2");

        _images.Run("qemu-img", "check", "-q", "ours.qcow2");
        Assert.Equal(Info("theirs.qcow2"), Info("ours.qcow2"));
    }

    [Fact]
    public async Task It_reads_the_base_and_keeps_what_is_written_to_itself()
    {
        _images.Create("x.qcow2");
        _images.Run("qemu-io", "-c", "write -P 7 0 1M", "x.qcow2");
        var image = await new ImageStore(_images.Path).ResolveAsync(
            ImagesFolder.Name("x"), TestContext.Current.CancellationToken);
        Overlay.Create(_images["vm.qcow2"], image, 128 * Mebibyte);

        _images.Run("qemu-io", "-c", "read -P 7 0 1M", "-c", "write -P 9 512k 64k",
            "-c", "write -P 5 127M 1M", "vm.qcow2");
        _images.Run("qemu-io", "-c", "read -P 7 0 512k", "-c", "read -P 9 512k 64k",
            "-c", "read -P 0 64M 1M", "vm.qcow2");
        _images.Run("qemu-io", "-r", "-c", "read -P 7 512k 64k", "x.qcow2");
        _images.Run("qemu-img", "check", "-q", "vm.qcow2");
    }

    [Fact]
    public void It_passes_our_own_check_of_overlays()
    {
        var image = Base();
        Overlay.Create(_images["vm.qcow2"], image, image.VirtualSize);

        using var file = File.OpenHandle(_images["vm.qcow2"]);
        Qcow2Header.Read(file).RequireOverlayOf(image.DigestPath, RandomAccess.GetLength(file));
    }

    [Fact]
    public void It_is_private_and_sparse_whatever_its_size()
    {
        Overlay.Create(_images["vm.qcow2"], Base(), 1L << 51);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_images["vm.qcow2"]));
        var kibibytes = _images.Run("du", "-k", "vm.qcow2").Split('\t')[0];
        Assert.InRange(int.Parse(kibibytes, null), 4, 16);
    }

    [Fact]
    public void What_stands_at_the_path_is_never_overwritten()
    {
        File.WriteAllText(_images["vm.qcow2"], "precious");

        Assert.Throws<IOException>(() => Overlay.Create(_images["vm.qcow2"], Base(), 64 * Mebibyte));

        Assert.Equal("precious", File.ReadAllText(_images["vm.qcow2"]));
    }

    [Theory]
    [InlineData((64 * Mebibyte) - 512)]
    [InlineData((64 * Mebibyte) + 1)]
    [InlineData((1L << 51) + 512)]
    [InlineData(-512)]
    public void A_size_that_QEMU_would_not_take_makes_no_file(long size)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Overlay.Create(_images["vm.qcow2"], Base(), size));

        Assert.False(File.Exists(_images["vm.qcow2"]));
    }

    [Fact]
    public void A_base_path_that_QEMU_would_not_take_makes_no_file()
    {
        var image = Base() with { DigestPath = "/" + new string('x', 1023) };

        Assert.Throws<ArgumentException>(() => Overlay.Create(_images["vm.qcow2"], image, image.VirtualSize));

        Assert.False(File.Exists(_images["vm.qcow2"]));
    }

    public void Dispose() => _images.Dispose();

    private BaseImage Base()
    {
        var path = _images.Create("base, one%.qcow2");
        return new BaseImage(ImagesFolder.Name("base"), path, 64 * Mebibyte, "");
    }

    private string Info(string file)
    {
        using var info = JsonDocument.Parse(_images.Run("qemu-img", "info", "--backing-chain", "--output=json", file));
        Assert.Equal(2, info.RootElement.GetArrayLength());
        var overlay = info.RootElement[0];
        return string.Join('\n', overlay.EnumerateObject()
            .Where(member => member.Name is not ("filename" or "actual-size"))
            .Select(member => $"{member.Name}: {member.Value.GetRawText()}"));
    }
}
