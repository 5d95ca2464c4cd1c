using System.Security.Cryptography;
using Aetherscale.Contract;
using Aetherscale.Images.Imports;

namespace Aetherscale.Tests.Images;

public sealed class ImageImporterTests : IDisposable
{
    private static readonly int[] s_missing = [1, 9, 70_000, 2_000_000];

    private readonly ImportBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("cp disk source")]
    [InlineData("gzip -c disk > source")]
    [InlineData("(head -c 1M disk | gzip; tail -c +1048577 disk | gzip) > source")]
    [InlineData("xz -0 -c disk > source")]
    [InlineData("(head -c 1M disk | xz -0; tail -c +1048577 disk | xz -0) > source")]
    [InlineData("zstd -q -c disk > source")]
    [InlineData("(head -c 1M disk | zstd -q; tail -c +1048577 disk | zstd -q) > source")]
    [InlineData("qemu-img convert -f raw -O qcow2 disk source")]
    [InlineData("qemu-img convert -c -f raw -O qcow2 disk source")]
    [InlineData("qemu-img convert -f raw -O qcow2 -o compat=0.10 disk i && xz -0 -c i > source")]
    [InlineData("qemu-img convert -f raw -O vmdk disk source")]
    [InlineData("qemu-img convert -f raw -O vmdk -o subformat=streamOptimized disk source")]
    [InlineData("qemu-img convert -f raw -O vmdk disk i && gzip -c i > source")]
    public async Task A_guest_sees_in_the_image_what_is_in_the_source(string made)
    {
        MakeDisk();
        _bench.Sources.Run("sh", "-c", made);

        var image = await _bench.ImportAsync("source");

        _bench.AssertHolds("disk");
        Assert.Equal(3 << 20, image.VirtualSize);
        Assert.Equal("here", image.Record!.Source);
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes($"{_bench.Folder}/x.qcow2")));
        Assert.Equal(["sha256", $"sha256/{digest}.qcow2", "sources", $"sources/{digest}.json", "x.qcow2"], _bench.Entries());
        Assert.Equal(digest, (await _bench.Store.ResolveAsync(ImagesFolder.Name("x"), Cancellation)).Digest);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode($"{_bench.Folder}/x.qcow2"));
    }

    [Theory]
    [InlineData("printf x", 512)]
    [InlineData("head -c 65536 /dev/urandom", 65536)]
    [InlineData("head -c 65537 /dev/urandom", 66048)]
    [InlineData("head -c 1048577 /dev/zero", 1049088)]
    [InlineData("head -c 1M /dev/zero; printf x; head -c 3M /dev/zero; head -c 70000 /dev/urandom", 4264448)]
    [InlineData("head -c 512M /dev/zero; head -c 1 /dev/urandom; head -c 700M /dev/zero; printf x", 1270874624)]
    [InlineData("head -c 535822336 /dev/zero; head -c 3M /dev/urandom", 538968064)]
    public async Task A_raw_disk_of_any_size_and_with_any_holes_is_written_soundly(string made, long virtualSize)
    {
        _bench.Sources.Run("sh", "-c", $"({made}) > disk && truncate -s %512 disk");

        var image = await _bench.ImportAsync("disk", format: ImageFormat.Raw);

        _bench.AssertHolds("disk");
        Assert.Equal(virtualSize, image.VirtualSize);
        Assert.InRange(image.Size!.Value, 4 * 65536, (4 << 20) + (6 * 65536));
    }

    [Fact]
    public async Task A_sound_qcow2_is_kept_as_it_is_so_its_digest_is_the_publishers()
    {
        MakeDisk();
        _bench.Sources.Run("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "disk", "source");
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_bench.Sources["source"])));

        Assert.Equal(digest, (await _bench.ImportAsync("source", checksum: new Checksum(HashAlgorithmName.SHA256, digest))).Digest);
    }

    [Fact]
    public async Task A_folder_in_the_images_place_is_not_replaced()
    {
        MakeDisk();
        Directory.CreateDirectory($"{_bench.Folder}/x.qcow2");

        await _bench.RefusalAsync(ErrorCodes.ImageUnsafe, "disk");
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_wrong_checksum_leaves_the_old_image(string algorithm)
    {
        MakeDisk();
        var old = await _bench.ImportAsync("disk");
        _bench.Sources.Run("sh", "-c", "printf x >> disk; xz -0 disk");
        var right = _bench.Sources.Run($"{algorithm}sum", "disk.xz").Split(' ')[0];
        Assert.True(Checksum.TryParse($"{algorithm}:{(right[0] == '0' ? '1' : '0')}{right[1..]}", out var wrong));

        var error = await _bench.RefusalAsync(ErrorCodes.ChecksumMismatch, () => _bench.ImportAsync("disk.xz", checksum: wrong));

        Assert.Contains(right, error.Message, StringComparison.Ordinal);
        Assert.Equal(old, _bench.Shelf.Look(ImagesFolder.Name("x")));
        Assert.True(Checksum.TryParse(right, out var good));
        await _bench.ImportAsync("disk.xz", checksum: good);
    }

    [Theory]
    [InlineData("gzip -c disk > whole")]
    [InlineData("xz -0 -c disk > whole")]
    [InlineData("zstd -q -c disk > whole")]
    [InlineData("qemu-img convert -f raw -O qcow2 disk whole")]
    [InlineData("qemu-img convert -f raw -O vmdk disk whole")]
    public async Task A_source_that_is_cut_off_is_refused_wherever_it_is_cut(string made)
    {
        MakeDisk();
        _bench.Sources.Run("sh", "-c", made);
        foreach (var missing in s_missing.Where(bytes => !made.Contains("qemu-img", StringComparison.Ordinal) || bytes > 65536))
        {
            _bench.Sources.Run("sh", "-c", $"head -c -{missing} whole > cut");
            if (made.Contains("vmdk", StringComparison.Ordinal))
            {
                // qemu-img itself finds that out.
                await Assert.ThrowsAnyAsync<Exception>(() => _bench.ImportAsync("cut"));
                Assert.Empty(_bench.Entries());
            }
            else
            {
                await _bench.RefusalAsync(ErrorCodes.ImageUnsafe, "cut");
            }
        }
    }

    [Fact]
    public async Task A_stream_that_ends_too_early_or_breaks_is_a_failed_import()
    {
        MakeDisk();
        await using var file = File.OpenRead(_bench.Sources["disk"]);

        await _bench.RefusalAsync(ErrorCodes.ImportFailed, () => _bench.ImportAsync(file, file.Length + 1));
        await _bench.RefusalAsync(ErrorCodes.ImportFailed, () => _bench.ImportAsync(new BrokenStream(), null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip -c bad > i; mv i bad")]
    [InlineData("zstd -q -c bad > i; mv i bad")]
    public async Task An_unsafe_image_is_refused_before_the_rest_of_it_has_come(string packed)
    {
        MakeDisk();
        _bench.Sources.Run("sh", "-c", $"qemu-img create -q -f qcow2 -b disk -F raw bad; {packed}");
        await using var start = File.OpenRead(_bench.Sources["bad"]);

        // What follows never comes.
        await _bench.RefusalAsync(ErrorCodes.ImageUnsafe, () => _bench.ImportAsync(new EndlessStream(start), null).WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData("qemu-img convert -f raw -O vdi disk source", null)]
    [InlineData("qemu-img convert -f raw -O vhdx disk source", null)]
    [InlineData("qemu-img convert -f raw -O qed disk source", null)]
    [InlineData("tar -cf source disk", null)]
    [InlineData("printf '<html>404 not found</html>' > source", null)]
    [InlineData("printf '' > source", null)]
    [InlineData("printf '' > source", "raw")]
    [InlineData("cp disk source", "qcow2")]
    [InlineData("cp disk source", "vmdk")]
    [InlineData("qemu-img convert -f raw -O qcow2 disk source", "raw")]
    [InlineData("qemu-img convert -f raw -O vmdk -o subformat=monolithicFlat disk source", null)]
    [InlineData("qemu-img convert -f raw -O vmdk -o subformat=twoGbMaxExtentSparse disk source", null)]
    [InlineData("qemu-img convert -f raw -O vmdk disk b && qemu-img create -q -f vmdk -b b -F vmdk source", null)]
    [InlineData("qemu-img convert -f raw -O vmdk disk source && printf '\\0\\0\\0\\0\\0\\0\\0\\0' | dd of=source bs=1 seek=12 conv=notrunc status=none", null)]
    public async Task What_is_no_image_of_one_piece_or_not_what_it_should_be_is_refused(string made, string? format)
    {
        MakeDisk();
        _bench.Sources.Run("sh", "-c", made);

        await _bench.RefusalAsync(ErrorCodes.ImageUnsafe, "source", ImageFormats.Parse(format));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_image_again_changes_nothing_and_another_removes_the_old_content_unless_a_vm_stands_on_it(bool isBase)
    {
        MakeDisk();
        var first = await _bench.ImportAsync("disk");
        var entries = _bench.Entries();
        Assert.Equal(first.Digest, (await _bench.ImportAsync("disk")).Digest);
        Assert.Equal(entries, _bench.Entries());

        MakeDisk();
        _bench.Base = isBase ? first.Digest : null;
        var second = await _bench.ImportAsync("disk");

        Assert.NotEqual(first.Digest, second.Digest);
        Assert.Equal(isBase, File.Exists(_bench.Store.DigestPathOf(first.Digest!)));
        Assert.Equal(isBase ? 2 : 1, Directory.GetFiles($"{_bench.Folder}/sources").Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_daemon_removes_an_import_that_was_cut_off_before_the_image_had_its_name(bool isBase)
    {
        MakeDisk();
        var image = await _bench.ImportAsync("disk");
        var work = Directory.CreateDirectory($"{_bench.Folder}/.import-0123456789ab").FullName;
        File.Move($"{_bench.Folder}/x.qcow2", $"{work}/image.qcow2");
        _bench.Base = isBase ? image.Digest : null;

        File.WriteAllText($"{_bench.Folder}/sources/{image.Digest}.json.tmp", "{");

        await _bench.Importer.SweepAsync(() => Task.CompletedTask, Microsoft.Extensions.Logging.Abstractions.NullLogger<ImageImporter>.Instance);

        Assert.Equal(isBase ? ["sha256", $"sha256/{image.Digest}.qcow2", "sources", $"sources/{image.Digest}.json"] : ["sha256", "sources"], _bench.Entries());
    }

    [Fact]
    public async Task A_download_is_kept_for_a_day()
    {
        foreach (var (name, hours) in new[] { ("young", 23), ("old", 25) })
        {
            var folder = Directory.CreateDirectory($"{_bench.Folder}/.import-url-{name}").FullName;
            File.WriteAllText($"{folder}/part", "half");
            File.SetLastWriteTimeUtc($"{folder}/part", TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-hours));
            Directory.SetLastWriteTimeUtc(folder, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-hours));
        }

        await _bench.Importer.SweepAsync(() => Task.CompletedTask, Microsoft.Extensions.Logging.Abstractions.NullLogger<ImageImporter>.Instance);

        Assert.Equal([".import-url-young", ".import-url-young/part"], _bench.Entries());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Three MiB of noise with a hole, and a boot sector's signature.</summary>
    private void MakeDisk() => _bench.Sources.Run(
        "sh", "-c", "(head -c 1M /dev/urandom; head -c 1M /dev/zero; head -c 1M /dev/urandom) > disk; printf '\\125\\252' | dd of=disk bs=1 seek=510 conv=notrunc status=none");

    private sealed class BrokenStream : ReadOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("gone");
    }

    /// <summary>After its beginning nothing comes, and no end either.</summary>
    private sealed class EndlessStream(Stream start) : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (await start.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                return count;
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
