using System.Net.Sockets;
using Aetherscale.SystemTests.Harness;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>Rows 9–16: a file in the image store may be anything, and nothing that it names is opened or dialled.</summary>
[Collection(BadInputsRun.Name)]
public sealed class ImageFileTests(BadInputsHost inputs) : IDisposable
{
    private const int VirtualSizeOffset = 24;
    private const int IncompatibleOffset = 72;

    private readonly HostileImage _image = new(inputs.ImagesFolder);

    [Fact]
    public async Task A09_A_symbolic_link_in_the_image_store_is_unsafe()
    {
        File.CreateSymbolicLink(_image.Path, $"{TestEnvironment.Images}/{BadInputsHost.Image}.qcow2");

        await IsUnsafeAsync("a symbolic link");
    }

    [Fact]
    public async Task A09_A_dangling_symbolic_link_in_the_image_store_is_unsafe()
    {
        File.CreateSymbolicLink(_image.Path, "/nowhere");

        await IsUnsafeAsync("a symbolic link");
    }

    [Fact]
    public async Task A10_A_FIFO_in_the_image_store_is_unsafe_and_holds_nobody_up()
    {
        (await Tool.RunAsync("/usr/bin/mkfifo", _image.Path)).Succeeded();

        await IsUnsafeAsync("a named pipe");
    }

    [Fact]
    public async Task A10_A_folder_in_the_image_store_is_unsafe()
    {
        Directory.CreateDirectory(_image.Path);

        await IsUnsafeAsync("a folder");
    }

    [Fact]
    public async Task A10_A_socket_in_the_image_store_is_unsafe()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_image.Path));
        socket.Listen();

        await IsUnsafeAsync("a socket");

        Assert.False(socket.Poll(0, SelectMode.SelectRead));
    }

    [Theory]
    [InlineData("polite.qcow2", "qcow2")]
    [InlineData("/etc/passwd", "raw")]
    public async Task A11_An_image_on_a_backing_file_is_unsafe(string backing, string format)
    {
        await _image.MakeOnAsync(backing, format);

        await IsUnsafeAsync("a backing file", "qemu-img convert");
    }

    [Theory]
    [InlineData("nbd:127.0.0.1:{port}", "raw")]
    [InlineData("nbd:unix:{socket}", "raw")]
    [InlineData("nbd://127.0.0.1:{port}/export", "qcow2")]
    [InlineData("{file}", "raw")]
    [InlineData("fat:{file}", "raw")]
    [InlineData("json:{\"driver\":\"nbd\",\"host\":\"127.0.0.1\",\"port\":\"{port}\"}", "raw")]
    [InlineData("json:{\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"{file}\"}}", "raw")]
    public async Task A12_A_backing_that_dials_or_opens_is_unsafe_and_is_left_alone(string backing, string format)
    {
        using var wire = await Tripwire.SetAsync();
        var name = backing.Replace("{port}", $"{wire.Port}").Replace("{socket}", wire.SocketFile).Replace("{file}", wire.File);
        var placeholder = new string('p', name.Length);
        await _image.MakeOnAsync(placeholder, format);
        _image.Rename(placeholder, name);

        await IsUnsafeAsync("a backing file");

        wire.AssertUntouched();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A13_An_external_data_file_is_unsafe_and_is_left_alone(bool marked)
    {
        using var wire = await Tripwire.SetAsync();
        var dataFile = wire.File[..^1] + "x";
        await HostileImage.QemuImgAsync("create", "-q", "-f", "qcow2", "-o", $"data_file={dataFile}", _image.Path, "1M");
        _image.Rename(dataFile, wire.File);
        if (!marked)
        {
            _image.Put64(IncompatibleOffset, 0);
        }

        await IsUnsafeAsync("an external data file");

        wire.AssertUntouched();
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("vmdk")]
    [InlineData("vdi")]
    [InlineData("qed")]
    public async Task A14_An_image_of_another_format_is_unsafe(string format)
    {
        await HostileImage.QemuImgAsync("create", "-q", "-f", format, _image.Path, "1M");

        await IsUnsafeAsync("not a qcow2 file", "qemu-img convert");
    }

    [Theory]
    [InlineData("")]
    [InlineData("QFI")]
    [InlineData("<html>404 not found</html>")]
    [InlineData("QFI\u0001\u0000\u0000\u0000\u0003 and more of the same, which is long enough to hold all of a header of version 2")]
    public async Task A14_A_file_with_the_wrong_magic_is_unsafe(string content)
    {
        await File.WriteAllTextAsync(_image.Path, content, TestContext.Current.CancellationToken);

        await IsUnsafeAsync("not a qcow2 file");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(71)]
    [InlineData(72)]
    [InlineData(103)]
    [InlineData(104)]
    [InlineData(111)]
    [InlineData(112)]
    [InlineData(65536)]
    public async Task A15_A_truncated_image_is_unsafe(long length)
    {
        await _image.MakeAsync();
        _image.Cut(length);

        await IsUnsafeAsync("copy the file again");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(31)]
    [InlineData(63)]
    public async Task A15_An_unknown_feature_bit_is_unsafe(int bit)
    {
        await _image.MakeAsync();
        _image.Put64(IncompatibleOffset, 1UL << bit);

        await IsUnsafeAsync("a qcow2 feature that is not known here");
    }

    [Theory]
    [InlineData((1UL << 51) + 512)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public async Task A16_A_virtual_size_over_2_PiB_is_too_big(ulong size)
    {
        await _image.MakeAsync();
        _image.Put64(VirtualSizeOffset, size);

        await inputs.RefusesImageAsync(HostileImage.Name, ImageTooBig, _image.Path, "2 PiB");
    }

    public void Dispose() => _image.Dispose();

    private Task IsUnsafeAsync(params string[] words) =>
        inputs.RefusesImageAsync(HostileImage.Name, ImageUnsafe, [_image.Path, .. words]);
}
