using System.Diagnostics;
using System.Security.Cryptography;
using Aetherscale.Contract;
using Aetherscale.Images;

namespace Aetherscale.Tests.Images;

public sealed class ImageStoreTests : IDisposable
{
    private readonly ImagesFolder _images = new();
    private readonly ImageStore _store;

    public ImageStoreTests() => _store = new ImageStore(_images.Path);

    [Fact]
    public async Task A_file_dropped_in_is_adopted_at_its_first_use()
    {
        var path = _images.Create("x.qcow2");
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

        var image = await Resolve("x");

        Assert.Equal(new BaseImage(ImagesFolder.Name("x"), _images[$"sha256/{digest}.qcow2"], 64 << 20, digest), image);
        Assert.Equal("444 2", _images.Run("stat", "-c", "%a %h", path).Trim());
        Assert.Equal(Inode(path), Inode(image.DigestPath));
        Assert.Equal("711", _images.Run("stat", "-c", "%a", "sha256").Trim());
    }

    [Fact]
    public async Task An_adopted_image_is_found_again_without_being_read()
    {
        // 8 GiB of holes take seconds to hash; finding them again must not.
        var path = _images.Create("x.qcow2", "64M");
        var first = await Resolve("x");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _images.Run("truncate", "-s", "8G", path);

        var watch = Stopwatch.StartNew();
        Assert.Equal(first, await Resolve("x"));
        Assert.Equal(first, await new ImageStore(_images.Path).ResolveAsync(first.Name, Cancellation));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 500);
    }

    [Fact]
    public async Task An_image_replaced_under_its_name_is_adopted_anew_and_the_old_one_stays()
    {
        _images.Create("x.qcow2");
        var first = await Resolve("x");
        File.Delete(_images["x.qcow2"]);
        _images.Create("x.qcow2", "32M");

        var second = await Resolve("x");

        Assert.Equal(32 << 20, second.VirtualSize);
        Assert.NotEqual(first.DigestPath, second.DigestPath);
        Assert.True(File.Exists(first.DigestPath));
    }

    [Fact]
    public async Task The_same_content_under_two_names_is_stored_once()
    {
        _images.Create("x.qcow2");
        File.Copy(_images["x.qcow2"], _images["y.qcow2"]);

        var images = await Task.WhenAll(Resolve("x"), Resolve("y"));

        Assert.Equal(images[0].DigestPath, images[1].DigestPath);
        Assert.Equal(Inode(_images["x.qcow2"]), Inode(_images["y.qcow2"]));
        Assert.Equal(["sha256", "x.qcow2", "y.qcow2"], Entries());
    }

    [Fact]
    public async Task A_digest_removed_by_hand_is_made_again()
    {
        _images.Create("x.qcow2");
        var first = await Resolve("x");
        File.Delete(first.DigestPath);

        Assert.Equal(first, await Resolve("x"));
        Assert.True(File.Exists(first.DigestPath));
    }

    [Fact]
    public async Task Many_at_once_get_one_and_the_same()
    {
        _images.Create("x.qcow2");
        File.Copy(_images["x.qcow2"], _images["other.qcow2"]);
        await Resolve("other");

        var images = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Resolve("x"))));

        Assert.Single(images.Distinct());
        Assert.Equal(["other.qcow2", "sha256", "x.qcow2"], Entries());
    }

    [Fact]
    public async Task A_file_that_is_still_being_copied_is_refused_with_the_advice_to_wait()
    {
        var path = _images.Create("x.qcow2");
        using var writer = new FileStream(path, FileMode.Append);
        writer.SetLength(64L << 20);
        var resolving = Resolve("x");
        while (!resolving.IsCompleted)
        {
            writer.WriteByte(1);
            writer.Flush();
            await Task.Delay(5, Cancellation);
        }

        var error = await Assert.ThrowsAsync<AetherscaleException>(() => resolving);
        Assert.Equal(ErrorCodes.ImageUnsafe, error.Code);
        Assert.Contains("try again when the copy is complete", error.Message, StringComparison.Ordinal);
        Assert.Equal(["x.qcow2"], Entries());
    }

    [Theory]
    [InlineData("convert -O qcow2")]
    [InlineData("convert -c -O qcow2")]
    [InlineData("convert -c -O qcow2 -o compression_type=zstd")]
    [InlineData("convert -O qcow2 -o extended_l2=on")]
    [InlineData("convert -O qcow2 -o cluster_size=512")]
    [InlineData("convert -O qcow2 -o preallocation=metadata")]
    [InlineData("convert -O qcow2 -o compat=0.10")]
    public async Task A_copy_that_was_broken_off_is_refused_and_the_whole_one_is_not(string made)
    {
        _images.Run("dd", "if=/dev/urandom", "of=raw", "bs=1M", "count=3", "status=none");
        _images.Run("qemu-img", [.. made.Split(' '), "raw", "x.qcow2"]);
        File.Copy(_images["x.qcow2"], _images["cut.qcow2"]);
        _images.Run("truncate", "-s", "-1M", "cut.qcow2");

        Assert.Equal(3 << 20, (await Resolve("x")).VirtualSize);
        Assert.Contains("cut off", (await Refusal("cut", ErrorCodes.ImageUnsafe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_that_would_be_read_without_end_are_refused()
    {
        // 4 million entries of the upper table that all name one lower table.
        _images.Create("x.qcow2", "2P");
        _images.Run("qemu-io", "-c", "write 0 64k", "x.qcow2");
        await using (var file = File.Open(_images["x.qcow2"], FileMode.Open))
        {
            var entry = new byte[8];
            file.Position = 3 << 16;
            file.ReadExactly(entry);
            file.Position = 3 << 16;
            await file.WriteAsync(Enumerable.Repeat(entry, 1 << 22).SelectMany(bytes => bytes).ToArray(), Cancellation);
        }

        Assert.Contains("overlap", (await Refusal("x", ErrorCodes.ImageUnsafe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hashing_ends_when_it_is_cancelled()
    {
        var path = _images.Create("x.qcow2");
        _images.Run("truncate", "-s", "64G", path);
        using var cancellation = new CancellationTokenSource(50);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _store.ResolveAsync(ImagesFolder.Name("x"), cancellation.Token));

        Assert.Equal(["x.qcow2"], Entries());
    }

    [Fact]
    public async Task An_absent_image_is_answered_with_those_there_are_and_the_place_for_it()
    {
        Assert.Equal(
            "image \"no\" not found; there are none yet; import-image brings in a file, and pull-image one of the catalogue such as debian:12",
            (await Refusal("no", ErrorCodes.ImageNotFound)).Message);

        _images.Create("b.qcow2");
        _images.Create("a.qcow2");
        File.WriteAllText(_images["-not a name.qcow2"], "");

        Assert.Equal(
            "image \"no\" not found; there are: a, b; import-image brings in a file, and pull-image one of the catalogue such as debian:12",
            (await Refusal("no", ErrorCodes.ImageNotFound)).Message);
    }

    [Fact]
    public async Task A_missing_images_folder_is_an_absent_image()
    {
        var store = new ImageStore(_images["nowhere"]);

        var error = await Assert.ThrowsAsync<AetherscaleException>(
            () => store.ResolveAsync(ImagesFolder.Name("x"), Cancellation));
        Assert.Equal(ErrorCodes.ImageNotFound, error.Code);
        Assert.Empty(store.List());
    }

    [Theory]
    [InlineData("ln -s base.qcow2 x.qcow2", "symbolic link")]
    [InlineData("ln -s nowhere x.qcow2", "symbolic link")]
    [InlineData("mkfifo x.qcow2", "named pipe")]
    [InlineData("mkdir x.qcow2", "folder")]
    [InlineData("head -c 1M /dev/zero > x.qcow2", "not a qcow2 file")]
    [InlineData("touch x.qcow2", "not a qcow2 file")]
    [InlineData("qemu-img convert -O vmdk base.qcow2 x.qcow2", "not a qcow2 file")]
    [InlineData("head -c 80 base.qcow2 > x.qcow2", "cut off")]
    [InlineData("qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 x.qcow2", "backing file")]
    [InlineData("qemu-img create -q -u -f qcow2 -b 'json:{\"driver\":\"nbd\"}' -F raw x.qcow2 1M", "backing file")]
    [InlineData("qemu-img create -q -u -f qcow2 -b nbd:127.0.0.1:1 -F raw x.qcow2 1M", "backing file")]
    [InlineData("qemu-img create -q -f qcow2 -o data_file=y.raw x.qcow2 1M", "external data file")]
    public async Task What_is_not_a_plain_image_is_refused_at_once_and_left_as_it_was(string made, string fault)
    {
        _images.Create("base.qcow2");
        _images.Run("sh", "-c", made);
        var before = Entries();

        var watch = Stopwatch.StartNew();
        Assert.Contains(fault, (await Refusal("x", ErrorCodes.ImageUnsafe)).Message, StringComparison.Ordinal);

        Assert.InRange(watch.ElapsedMilliseconds, 0, 999);
        Assert.Equal(before, Entries());
    }

    [Fact]
    public async Task A_socket_in_the_place_of_an_image_is_refused()
    {
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_images["x.qcow2"]));

        Assert.Contains("a socket", (await Refusal("x", ErrorCodes.ImageUnsafe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virtual_size_over_the_limit_is_told_apart()
    {
        var path = _images.Create("x.qcow2");
        using (var file = File.OpenHandle(path, access: FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, [0, 8, 0, 0, 0, 0, 2, 0], 24);
        }

        Assert.Contains("over 2 PiB", (await Refusal("x", ErrorCodes.ImageTooBig)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_where_the_digest_belongs_is_not_taken_for_it()
    {
        var path = _images.Create("x.qcow2");
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        Directory.CreateDirectory(_images["sha256"]);
        File.WriteAllText(_images[$"sha256/{digest}.qcow2"], "something else");

        var error = await Refusal("x", ErrorCodes.ImageUnsafe);

        Assert.Contains(_images[$"sha256/{digest}.qcow2"], error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _images.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<BaseImage> Resolve(string name) => _store.ResolveAsync(ImagesFolder.Name(name), Cancellation);

    private async Task<AetherscaleException> Refusal(string name, string code)
    {
        var error = await Assert.ThrowsAsync<AetherscaleException>(() => Resolve(name));
        Assert.Equal(code, error.Code);
        return error;
    }

    private string Inode(string path) => _images.Run("stat", "-c", "%d %i", path);

    private List<string> Entries() =>
        [.. Directory.EnumerateFileSystemEntries(_images.Path)
            .Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
