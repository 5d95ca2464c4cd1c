using Aetherscale.SystemTests.Faults;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Tests.Images;

namespace Aetherscale.SystemTests.Images;

/// <summary>Whoever is killed in an import, and wherever: the name leads to the old image or to the new one, and nothing else is left.</summary>
public sealed class ImportCrashTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task A_daemon_killed_at_any_call_of_an_import_leaves_the_old_image_or_the_new() => SweepAsync("raw");

    [Fact]
    [Trait("length", "long")]
    public Task A_daemon_killed_at_any_call_of_a_conversion_leaves_the_old_image_or_the_new() => SweepAsync("vmdk");

    private async Task SweepAsync(string format)
    {
        using var tracer = await FaultTracer.CreateAsync();
        await using var host = TestHost.Prepare(new Dictionary<string, string>());
        host.Launcher = tracer.LauncherFor(host);
        await host.StartDaemonAsync();
        await ConvertAsync("raw", $"{TestEnvironment.Images}/polite.qcow2", "one");
        await ConvertAsync(format, $"{TestEnvironment.Images}/deaf.qcow2", "two");
        (await host.CliAsync("import-image", "guest", $"{_folder.Path}/one")).Succeeded();
        var old = Files(host);
        var (points, news) = (0, 0);
        for (var number = 1; ; number++)
        {
            tracer.Arm(number);
            var result = await host.CliAsync("import-image", "guest", $"{_folder.Path}/two");
            tracer.Disarm();
            if (result.ExitCode == 0)
            {
                break;
            }

            var where = tracer.Report[^1];
            points++;
            Assert.Equal(3, result.ExitCode);
            await host.WaitForDaemonsEndAsync();
            await host.StartDaemonAsync();
            var left = Files(host);
            if (!left.SequenceEqual(old))
            {
                // The new image, its content and its record in the place of the old.
                Assert.True(left.Count == old.Count && left.Count(file => !old.Contains(file)) == 2, $"{where}: {string.Join(", ", left)}");
                news++;
                (await host.CliAsync("import-image", "guest", $"{_folder.Path}/one")).Succeeded();
            }

            await host.CreateAsync("guest", """, "name": "web", "no-start": true""");
            await host.RunAsync("delete-vm", """{"vm-id": "web"}""");
            Assert.Equal(old, Files(host));
        }

        Assert.InRange(news, 0, points / 2);
        output.WriteLine($"import-image, {format}: {points} kill points; after {news} of them the image was the new one");
    }

    [Fact]
    [Trait("length", "long")]
    public async Task A_daemon_killed_at_any_call_of_a_pull_leaves_the_old_image_or_the_new()
    {
        await using var server = new FileServer();
        using var tracer = await FaultTracer.CreateAsync();
        await using var host = TestHost.Prepare(new Dictionary<string, string> { ["AETHERSCALE_CATALOGUE"] = $"{_folder.Path}/catalogue" });
        host.Launcher = tracer.LauncherFor(host);
        await File.WriteAllTextAsync($"{_folder.Path}/catalogue", $"images {server["/"]}\n", TestContext.Current.CancellationToken);
        await host.StartDaemonAsync();
        var (one, two) = (await ReadAsync("polite"), await ReadAsync("deaf"));
        await PullAsync(one);
        for (var number = 1; ; number++)
        {
            Put(two);
            tracer.Arm(number);
            var result = await host.CliAsync("pull-image", "images:alpine/3.20");
            tracer.Disarm();
            if (result.ExitCode == 0)
            {
                Assert.InRange(number, 20, int.MaxValue);
                output.WriteLine($"pull-image: {number - 1} kill points");
                return;
            }

            Assert.Equal(3, result.ExitCode);
            await host.WaitForDaemonsEndAsync();
            await host.StartDaemonAsync();
            var left = await File.ReadAllBytesAsync($"{host.Data}/images/images_alpine_3.20.qcow2", TestContext.Current.CancellationToken);
            Assert.True(left.SequenceEqual(one) || left.SequenceEqual(two), tracer.Report[^1]);
            await PullAsync(two);
            Assert.Equal(5, Files(host).Count(file => !file.Contains("/.import-url-", StringComparison.Ordinal)));
            await PullAsync(one);
        }

        void Put(byte[] content)
        {
            CatalogueServer.PutIncus(server, content);
            server.Tag = $"\"{content.Length}-{content.Sum(part => (long)part)}\"";
        }

        async Task PullAsync(byte[] content)
        {
            Put(content);
            (await host.CliAsync("pull-image", "images:alpine/3.20")).Succeeded();
            Assert.Equal(content, await File.ReadAllBytesAsync($"{host.Data}/images/images_alpine_3.20.qcow2", TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task A_client_killed_at_any_moment_leaves_nothing(int mebibytes)
    {
        await using var host = await TestHost.StartAsync();
        var pipe = $"{_folder.Path}/pipe";
        (await Tool.RunAsync("/usr/bin/mkfifo", pipe)).Succeeded();
        await using var writer = await GuardedProcess.StartAsync(
            $"{_folder.Path}/log", host.Settings, "/bin/bash", "-c", $"exec > '{pipe}'; printf x; head -c {mebibytes}M /dev/urandom; exec sleep 60");
        await using var client = await GuardedProcess.StartAsync(
            $"{_folder.Path}/log", host.Settings, $"{TestEnvironment.Programs}/aetherscale-cli", "import-image", "guest", pipe, "--format", "raw");
        await Wait.UntilAsync(
            "so much has come", () => Directory.GetDirectories($"{host.Data}/images", ".import-*").Length == 1
                && Directory.GetFiles($"{host.Data}/images", "image.qcow2", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) >= (mebibytes - 1L) << 20);

        await client.SignalAsync("KILL");
        await writer.SignalAsync("KILL");

        await Wait.UntilAsync("nothing is left", () => !Directory.EnumerateFileSystemEntries($"{host.Data}/images").Any());
        Assert.Equal("[]", (await host.RunAsync("list-images")).GetRawText());
    }

    [Fact]
    public async Task After_the_daemons_death_a_download_is_resumed_and_only_the_rest_is_fetched()
    {
        await using var server = new FileServer();
        var content = await File.ReadAllBytesAsync($"{TestEnvironment.Images}/tiny.qcow2", TestContext.Current.CancellationToken);
        server.Files["/tiny.qcow2"] = content;
        server.Stalls.Enqueue(1 << 20);
        await using var host = await TestHost.StartAsync();
        var import = host.CliAsync("import-image", "tiny", server["/tiny.qcow2"].AbsoluteUri);
        await Wait.UntilAsync("a part has come", () => new DirectoryInfo($"{host.Data}/images").GetFiles("part", SearchOption.AllDirectories).Sum(file => file.Length) == 1 << 20);

        await host.KillDaemonAsync();
        Assert.Equal(3, (await import).ExitCode);
        await host.StartDaemonAsync();
        (await host.CliAsync("import-image", "tiny", server["/tiny.qcow2"].AbsoluteUri)).Succeeded();

        Assert.Equal(content.Length, server.Sent);
        Assert.Equal(["/tiny.qcow2", $"/tiny.qcow2 {1 << 20}-"], server.Requests.Where(request => request.StartsWith("/tiny", StringComparison.Ordinal)));
        Assert.Equal(content, await File.ReadAllBytesAsync($"{host.Data}/images/tiny.qcow2", TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetDirectories($"{host.Data}/images", ".import-*"));
    }

    private static Task<byte[]> ReadAsync(string image) => File.ReadAllBytesAsync($"{TestEnvironment.Images}/{image}.qcow2", TestContext.Current.CancellationToken);

    private async Task ConvertAsync(string format, string image, string name) =>
        (await Tool.RunAsync("/usr/bin/qemu-img", "convert", "-O", format, image, $"{_folder.Path}/{name}")).Succeeded();

    private static List<string> Files(TestHost host) =>
    [
        .. Directory.EnumerateFileSystemEntries(
            $"{host.Data}/images", "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Order(StringComparer.Ordinal),
    ];
}
