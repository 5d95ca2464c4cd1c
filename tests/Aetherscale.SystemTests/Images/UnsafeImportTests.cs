using System.Diagnostics;
using System.Globalization;
using Aetherscale.SystemTests.BadInputs;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Images;

/// <summary>
/// Rows 9–16 by import, in every container: refused within a second, with nothing left, and without opening or dialling what the image
/// names. A tracer looks on.
/// </summary>
public sealed class UnsafeImportTests : IAsyncLifetime
{
    private const int VirtualSizeOffset = 24;
    private const int IncompatibleOffset = 72;

    private static readonly string[] s_packers = ["", "gzip", "xz -0", "zstd -q"];

    private readonly TemporaryFolder _folder = new();
    private TestHost _host = null!;

    private string Trace => $"{_folder.Path}/trace";

    public async ValueTask InitializeAsync()
    {
        _host = TestHost.Prepare(new Dictionary<string, string>());
        _host.Launcher =
        [
            "/usr/bin/strace", "-D", "-f", "-qq", "--seccomp-bpf", "-s", "4096", "-o", Trace,
            "-e", "trace=mkdir,open,openat,openat2,connect,sendto,sendmsg,execve",
        ];
        await _host.StartDaemonAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A09_A_link_to_an_unsafe_image_is_no_way_in()
    {
        using var image = new HostileImage(_folder.Path);
        await image.MakeOnAsync("/etc/passwd", "raw");
        File.CreateSymbolicLink($"{_folder.Path}/link", image.Path);

        var result = await _host.CliAsync("import-image", "hostile", $"{_folder.Path}/link");

        Assert.True(result.ExitCode == 1 && result.Error.Contains("(image-unsafe)", StringComparison.Ordinal), result.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/images"));
    }

    [Theory]
    [InlineData("mkdir i", 2, "is a folder")]
    [InlineData("ln -s /dev/zero i", 1, "(image-unsafe)")]
    [InlineData("ln -s /nowhere/at/all i", 2, "cannot be read")]
    public async Task A10_What_is_no_file_is_not_imported(string made, int code, string words)
    {
        (await Tool.RunAsync("/bin/bash", "-c", $"cd '{_folder.Path}' && {made}")).Succeeded();
        var began = Stopwatch.GetTimestamp();

        var result = await _host.CliAsync("import-image", "hostile", $"{_folder.Path}/i");

        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 1);
        Assert.True(result.ExitCode == code && result.Error.Contains(words, StringComparison.Ordinal), $"{result.ExitCode} {result.Error}");
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/images"));
    }

    [Fact]
    public async Task A10_A_pipe_that_nobody_writes_to_is_waited_for_until_one_gives_up()
    {
        var pipe = $"{_folder.Path}/pipe";
        (await Tool.RunAsync("/usr/bin/mkfifo", pipe)).Succeeded();
        await using var client = await GuardedProcess.StartAsync(
            $"{_folder.Path}/log", _host.Settings, $"{TestEnvironment.Programs}/aetherscale-cli", "import-image", "hostile", pipe);

        // openat(2), from which it does not come back.
        await Wait.UntilAsync("it opens the pipe", () => Array.Exists(
            Directory.GetDirectories($"/proc/{client.Pid}/task"), task => File.ReadAllText($"{task}/syscall").StartsWith("257 ", StringComparison.Ordinal)));

        await client.SignalAsync("TERM");

        await client.EndAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/images"));
    }

    [Fact]
    public Task A11_An_image_on_a_backing_file_is_not_imported() =>
        RefusedAsync("image-unsafe", (image, _) => image.MakeOnAsync("/etc/passwd", "raw"));

    [Theory]
    [InlineData("nbd:127.0.0.1:{port}")]
    [InlineData("nbd:unix:{socket}")]
    [InlineData("{file}")]
    [InlineData("json:{\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"{file}\"}}")]
    [InlineData("json:{\"driver\":\"nbd\",\"host\":\"127.0.0.1\",\"port\":\"{port}\"}")]
    public Task A12_An_image_whose_backing_dials_or_opens_is_not_imported(string backing) => RefusedAsync("image-unsafe", async (image, wire) =>
    {
        var name = backing.Replace("{port}", $"{wire.Port}").Replace("{socket}", wire.SocketFile).Replace("{file}", wire.File);
        var placeholder = new string('p', name.Length);
        await image.MakeOnAsync(placeholder, "raw");
        image.Rename(placeholder, name);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A13_An_image_with_an_external_data_file_is_not_imported(bool marked) => RefusedAsync("image-unsafe", async (image, wire) =>
    {
        var dataFile = wire.File[..^1] + "x";
        await HostileImage.QemuImgAsync("create", "-q", "-f", "qcow2", "-o", $"data_file={dataFile}", image.Path, "1M");
        image.Rename(dataFile, wire.File);
        if (!marked)
        {
            image.Put64(IncompatibleOffset, 0);
        }
    });

    [Fact]
    public Task A13_A_vmdk_whose_extent_is_another_file_is_not_imported() => RefusedAsync("image-unsafe", (image, wire) => File.WriteAllTextAsync(
        image.Path,
        $"# Disk DescriptorFile\nversion=1\nCID=11111111\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 2048 FLAT \"{wire.File}\" 0\n"));

    [Theory]
    [InlineData("parentCID=ffffffff", "parentCID=11111111")]
    [InlineData("createType=\"monolithicSparse\"", "createType=\"vmfs\"            ")]
    public Task A13_A_vmdk_that_is_not_of_one_piece_is_not_imported(string old, string name) => RefusedAsync("image-unsafe", async (image, _) =>
    {
        await HostileImage.QemuImgAsync("create", "-q", "-f", "vmdk", image.Path, "1M");
        image.Rename(old, name);
    });

    [Fact]
    public Task A13_A_vmdk_that_names_a_parent_is_not_imported() => RefusedAsync("image-unsafe", async (image, wire) =>
    {
        await HostileImage.QemuImgAsync("create", "-q", "-f", "vmdk", image.Path, "1M");
        var hint = $"parentCID=11111111\nparentFileNameHint=\"{wire.File}\"\n#";
        var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(image.Path));
        var at = text.IndexOf("parentCID=ffffffff", StringComparison.Ordinal);
        image.Rename(text.Substring(at, hint.Length), hint);
    });

    [Theory]
    [InlineData("vdi")]
    [InlineData("qed")]
    [InlineData("vhdx")]
    public Task A14_Another_format_is_not_imported(string format) => RefusedAsync(
        "image-unsafe", (image, _) => HostileImage.QemuImgAsync("create", "-q", "-f", format, image.Path, "8M"));

    [Fact]
    public Task A14_A_page_of_the_web_is_not_imported() =>
        RefusedAsync("image-unsafe", (image, _) => File.WriteAllTextAsync(image.Path, "<html>404 not found</html>"));

    [Theory]
    [InlineData(4)]
    [InlineData(103)]
    [InlineData(65536)]
    public Task A15_A_truncated_image_is_not_imported(long length) => RefusedAsync("image-unsafe", async (image, _) =>
    {
        await image.MakeAsync();
        image.Cut(length);
    });

    [Theory]
    [InlineData(5)]
    [InlineData(63)]
    public Task A15_An_unknown_feature_bit_is_not_imported(int bit) => RefusedAsync("image-unsafe", async (image, _) =>
    {
        await image.MakeAsync();
        image.Put64(IncompatibleOffset, 1UL << bit);
    });

    [Fact]
    public Task A16_A_virtual_size_over_2_PiB_is_not_imported() => RefusedAsync("image-too-big", async (image, _) =>
    {
        await image.MakeAsync();
        image.Put64(VirtualSizeOffset, (1UL << 51) + 512);
    });

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("-x")]
    [InlineData("json:{}")]
    [InlineData("a,format=raw")]
    public async Task A01_A_name_that_is_none_is_not_imported(string name)
    {
        var result = await _host.CliAsync("import-image", "--quiet", "--", name, $"{TestEnvironment.Images}/polite.qcow2");

        Assert.True(result.ExitCode is 1 or 2, result.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/images"));
    }

    private async Task RefusedAsync(string code, Func<HostileImage, Tripwire, Task> make)
    {
        using var wire = await Tripwire.SetAsync();
        using var image = new HostileImage(_folder.Path);
        await make(image, wire);
        foreach (var packer in s_packers)
        {
            var source = $"{_folder.Path}/source";
            (await Tool.RunAsync("/bin/bash", "-c", $"{(packer.Length == 0 ? "cat" : packer + " -c")} < '{image.Path}' > '{source}'")).Succeeded();
            var before = (int)new FileInfo(Trace).Length;
            var began = Stopwatch.GetTimestamp();
            var result = await _host.CliAsync("import-image", "hostile", source);
            var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
            Assert.True(result.ExitCode == 1 && result.Error.Contains($"({code})", StringComparison.Ordinal), $"{packer}: {result.ExitCode} {result.Output}{result.Error}\n{_host.Log}");
            Assert.True(took < 1, string.Create(CultureInfo.InvariantCulture, $"{packer}: {took} s"));
            wire.AssertUntouched();
            var calls = (await File.ReadAllTextAsync(Trace, TestContext.Current.CancellationToken))[before..];
            Assert.Contains(".import-", calls, StringComparison.Ordinal);
            Assert.DoesNotContain(wire.File, calls, StringComparison.Ordinal);
            Assert.DoesNotContain(wire.SocketFile, calls, StringComparison.Ordinal);
            Assert.DoesNotContain($"htons({wire.Port})", calls, StringComparison.Ordinal);
            // By its path; without one, the answer names it.
            Assert.DoesNotContain("/qemu-img", calls, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/images"));
        }
    }
}
