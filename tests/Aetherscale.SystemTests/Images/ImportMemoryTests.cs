using System.Globalization;
using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Images;

/// <summary>How much memory the daemon needs for a large image. How fast it is, bench/import.sh measures.</summary>
public sealed class ImportMemoryTests : IAsyncLifetime
{
    private const long Mebibyte = 1024 * 1024;
    private const long SourceBytes = 1024 * Mebibyte;
    private const long MostKib = 64 * 1024;

    private readonly TemporaryFolder _folder = new();
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("cp")]
    [InlineData("gzip -1 -c")]
    public async Task A_raw_disk_of_1_GiB_is_imported_and_hashed_in_64_MiB(string pack)
    {
        await MakeAsync($"{_folder.Path}/disk.raw");
        var source = $"{_folder.Path}/source";
        (await Tool.RunAsync("/bin/bash", "-c", pack == "cp" ? $"mv '{_folder.Path}/disk.raw' '{source}'" : $"{pack} '{_folder.Path}/disk.raw' >'{source}'")).Succeeded();
        var checksum = (await Tool.RunAsync("/usr/bin/sha256sum", source)).Succeeded().Output.Split(' ')[0];

        (await _host.CliAsync("import-image", "large", source, "--format", "raw", "--checksum", $"sha256:{checksum}")).Succeeded();

        Assert.Equal(SourceBytes, (await _host.RunAsync("show-image", """{"name": "large"}""")).GetProperty("virtual-size").GetInt64());
        Assert.InRange(PeakKib(_host.DaemonPid), 1, MostKib);
    }

    /// <summary>Noise in each 16 MiB, and holes between: the work is all there, and the disk below the tests is not filled.</summary>
    private static async Task MakeAsync(string path)
    {
        await using var file = File.Create(path);
        file.SetLength(SourceBytes);
        for (var at = 0L; at < SourceBytes; at += 16 * Mebibyte)
        {
            file.Position = at;
            await file.WriteAsync(RandomNumberGenerator.GetBytes((int)Mebibyte), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The most that it had in memory at any time since it began.</summary>
    private static long PeakKib(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
