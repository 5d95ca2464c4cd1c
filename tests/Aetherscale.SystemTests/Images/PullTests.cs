using System.Security.Cryptography;
using System.Text;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Tests.Images;

namespace Aetherscale.SystemTests.Images;

/// <summary>The catalogue, typed, against a server that serves what distributions serve, and serves it badly.</summary>
public sealed class PullTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new();
    private TestHost _host = null!;

    private static byte[] Polite { get; } = File.ReadAllBytes($"{TestEnvironment.Images}/polite.qcow2");

    private static byte[] Tiny { get; } = File.ReadAllBytes($"{TestEnvironment.Images}/tiny.qcow2");

    private string ImagesFolder => $"{_host.Data}/images";

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(
            $"{_folder.Path}/catalogue", $"images {_server["/"]}\nubuntu {_server["/releases/"]}\ndebian:12,bookworm {_server["/latest/debian-12.qcow2"]} SHA512SUMS\n");
        _host = await TestHost.StartAsync(new Dictionary<string, string>
        {
            ["AETHERSCALE_CATALOGUE"] = $"{_folder.Path}/catalogue",

            // Linux does not come up by UEFI in less.
            ["AETHERSCALE_DEFAULT_MEMORY_MIB"] = "256",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("debian:12", "debian_12", "")]
    [InlineData("images:alpine/3.20", "images_alpine_3.20", """, "firmware": "bios" """)]
    [InlineData("ubuntu:24.04", "ubuntu_24.04", "")]
    public async Task A_guest_boots_from_what_was_pulled(string image, string name, string more)
    {
        PutAll(Polite);

        var result = await _host.CliAsync("pull-image", image);

        Assert.True(result.ExitCode == 0, $"{result.Error}\n{_host.Log}");
        Assert.StartsWith($"NAME", result.Output, StringComparison.Ordinal);
        Assert.Contains($"\n{name} ", result.Output, StringComparison.Ordinal);
        Assert.Contains("sha", (await _host.RunAsync("show-image", $$"""{"name": "{{name}}"}""")).GetProperty("source-checksum").GetString(), StringComparison.Ordinal);
        await _host.WaitForConsoleAsync(await _host.CreateAsync(image, more), "POLITE UP");
        Assert.Empty(Directory.GetDirectories(ImagesFolder, ".import-*"));
    }

    [Fact]
    public async Task From_a_remote_that_was_added_a_moment_ago_an_image_is_pulled()
    {
        PutAll(Polite);
        Assert.Contains("there is no remote \"corp\"", (await _host.CliAsync("pull-image", "corp:alpine/3.20")).Error, StringComparison.Ordinal);

        (await _host.CliAsync("add-remote", "corp", _server["/"].AbsoluteUri)).Succeeded();
        Assert.Equal("corp_alpine_3.20\n", (await _host.CliAsync("pull-image", "corp:alpine/3.20", "--quiet")).Succeeded().Output);

        (await _host.CliAsync("remove-remote", "corp")).Succeeded();
        await _host.WaitForConsoleAsync(await _host.CreateAsync("corp_alpine_3.20", """, "firmware": "bios" """), "POLITE UP");
    }

    [Fact]
    public async Task Creating_a_vm_pulls_what_is_not_there_and_tells_how_far_it_is()
    {
        PutAll(Polite);
        _server.IsIll = path => path.EndsWith("qcow2", StringComparison.Ordinal);
        _server.Pause = 300;

        var result = await _host.CliAsync("create-vm", "--image", "debian:12", "--name", "web");

        Assert.True(result.ExitCode == 0, $"{result.Error}\n{_host.Log}");
        Assert.Contains("downloading", result.Error, StringComparison.Ordinal);
        Assert.Contains("web", result.Output, StringComparison.Ordinal);
        var image = await _host.RunAsync("show-image", """{"name": "debian_12"}""");
        Assert.Equal(["web"], image.GetProperty("used-by").EnumerateArray().Select(vm => vm.GetString()!));
        Assert.Equal(0, (await _host.CliAsync("create-vm", "--image", "debian:12", "--no-start", "--quiet")).ExitCode);
        Assert.Equal(1, Fetched("/latest/debian-12.qcow2"));
    }

    [Fact]
    public async Task An_image_that_was_pulled_is_made_a_vm_of_and_entered_without_a_further_word()
    {
        PutAll(Tiny);
        (await _host.CliAsync("pull-image", "images:alpine/3.20")).Succeeded();

        (await _host.CliAsync("create-vm", "--image", "images:alpine/3.20", "--name", "web")).Succeeded();

        Assert.Equal(new ToolResult(0, "", ""), await _host.CliAsync("ssh", "web", "true"));

        // The disks of such a server boot by UEFI alone.
        Assert.Equal(new ToolResult(0, "", ""), await _host.CliAsync("ssh", "web", "test -d /sys/firmware/efi"));
        Assert.Equal("uefi", (await _host.RunAsync("show-image", """{"name": "images_alpine_3.20"}""")).GetProperty("firmware").GetString());
    }

    [Fact]
    public async Task A_vm_of_an_image_that_wants_UEFI_may_have_a_BIOS_and_its_definition_says_so()
    {
        PutAll(Polite);

        (await _host.CliAsync("create-vm", "--image", "images:alpine/3.20", "--name", "old", "--firmware", "bios", "--no-start")).Succeeded();
        (await _host.CliAsync("create-vm", "--image", "images:alpine/3.20", "--name", "new", "--no-start")).Succeeded();
        (await _host.CliAsync("create-vm", "--image", "debian:12", "--name", "plain", "--firmware", "bios", "--no-start")).Succeeded();

        Assert.Equal(["firmware: bios"], await FirmwareLinesAsync("old"));
        Assert.Equal(["firmware: uefi"], await FirmwareLinesAsync("new"));
        Assert.Empty(await FirmwareLinesAsync("plain"));
    }

    [Fact]
    public async Task Two_vms_of_one_missing_image_pull_it_once()
    {
        PutAll(Tiny);

        await Task.WhenAll(_host.CreateAsync("debian:12", """, "no-start": true"""), _host.CreateAsync("debian:bookworm", """, "no-start": true"""), _host.CreateAsync("debian:12", """, "no-start": true"""));

        // bookworm is a name of its own.
        Assert.Equal(2, Fetched("/latest/debian-12.qcow2"));
    }

    [Theory]
    [InlineData("nbd:x", "bad-name", "there is no remote")]
    [InlineData("debian:14", "image-not-found", "it has, among others: 12, bookworm")]
    [InlineData("images:alpine/9", "image-not-found", "has no image")]
    public async Task What_nobody_has_is_refused_and_makes_nothing(string image, string code, string words)
    {
        PutAll(Tiny);

        foreach (var line in new[] { (string[])["pull-image", image], ["create-vm", "--image", image] })
        {
            var result = await _host.CliAsync(line);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains($"({code})", result.Error, StringComparison.Ordinal);
            Assert.Contains(words, result.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(ImagesFolder));
        Assert.Equal("[]", (await _host.RunAsync("list-vms")).GetRawText());
    }

    [Fact]
    public async Task A_wrong_checksum_leaves_nothing_and_no_vm()
    {
        PutAll(Tiny);
        CatalogueServer.PutIncus(_server, Tiny, sha256: new string('1', 64));

        var result = await _host.CliAsync("create-vm", "--image", "images:alpine/3.20");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("(checksum-mismatch)", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(ImagesFolder));
        Assert.Equal("[]", (await _host.RunAsync("list-vms")).GetRawText());
    }

    [Fact]
    public async Task A_server_that_redirects_stalls_and_hangs_up_is_asked_for_what_is_missing_and_no_more()
    {
        PutAll(Tiny);
        var path = CatalogueServer.PutIncus(_server, Tiny);
        _server.Files["/mirror"] = Tiny;
        _server.Redirects[path] = "/mirror";
        _server.IsIll = ill => ill == "/mirror";
        _server.Cuts.Enqueue(100_000);
        _server.Cuts.Enqueue(1);
        _server.Cuts.Enqueue(200_000);
        var before = _server.Sent;

        (await _host.CliAsync("pull-image", "images:alpine/3.20")).Succeeded();

        Assert.Equal(["/mirror", "/mirror 100000-", "/mirror 100001-", "/mirror 300001-"], _server.Requests.Where(request => request.StartsWith("/mirror", StringComparison.Ordinal)));
        Assert.Equal(Tiny, await File.ReadAllBytesAsync($"{ImagesFolder}/images_alpine_3.20.qcow2", TestContext.Current.CancellationToken));
        var documents = _server.Files["/streams/v1/index.json"].Length + _server.Files["/streams/v1/images.json"].Length;
        Assert.Equal(Tiny.Length + documents, _server.Sent - before);
    }

    [Fact]
    public async Task A_client_that_is_killed_leaves_the_old_image_and_the_next_pull_fetches_the_rest()
    {
        PutAll(Polite);
        (await _host.CliAsync("pull-image", "images:alpine/3.20")).Succeeded();
        var path = CatalogueServer.PutIncus(_server, Tiny);
        _server.Tag = "\"two\"";
        _server.IsIll = ill => ill == path;
        _server.Stalls.Enqueue(1 << 20);
        await using (var client = await GuardedProcess.StartAsync(
            $"{_folder.Path}/log", _host.Settings, $"{TestEnvironment.Programs}/aetherscale-cli", "pull-image", "images:alpine/3.20"))
        {
            await Wait.UntilAsync("a part has come", () => Part(path) == 1 << 20);
            await client.SignalAsync("KILL");
        }

        await Wait.UntilAsync("the pull is given up", () => _host.Log.Contains("whoever wanted it has gone", StringComparison.Ordinal));
        Assert.Equal(Polite, await File.ReadAllBytesAsync($"{ImagesFolder}/images_alpine_3.20.qcow2", TestContext.Current.CancellationToken));
        (await _host.CliAsync("pull-image", "images:alpine/3.20")).Succeeded();

        Assert.Contains($"{path} {1 << 20}-", _server.Requests);
        Assert.Equal(Tiny, await File.ReadAllBytesAsync($"{ImagesFolder}/images_alpine_3.20.qcow2", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_daemon_killed_while_a_new_vm_waits_for_its_image_leaves_no_vm_and_the_next_one_gets_the_rest()
    {
        PutAll(Tiny);
        _server.IsIll = path => path.EndsWith("qcow2", StringComparison.Ordinal);
        _server.Stalls.Enqueue(1 << 20);
        var create = _host.CliAsync("create-vm", "--image", "debian:12", "--name", "web", "--no-start");
        await Wait.UntilAsync("a part has come", () => Part("/latest/debian-12.qcow2") == 1 << 20);

        await _host.KillDaemonAsync();
        Assert.Equal(3, (await create).ExitCode);
        await _host.StartDaemonAsync();

        Assert.Equal("[]", (await _host.RunAsync("list-vms")).GetRawText());
        (await _host.CliAsync("create-vm", "--image", "debian:12", "--name", "web", "--no-start")).Succeeded();
        Assert.Contains($"/latest/debian-12.qcow2 {1 << 20}-", _server.Requests);
        Assert.Equal(1, Fetched("/latest/debian-12.qcow2"));
    }

    private async Task<IEnumerable<string>> FirmwareLinesAsync(string vm) =>
        (await _host.CliAsync("show-vm", vm, "--output", "yaml")).Succeeded().Output.Split('\n').Where(line => line.StartsWith("firmware", StringComparison.Ordinal));

    private void PutAll(byte[] image)
    {
        CatalogueServer.PutIncus(_server, image);
        CatalogueServer.PutUbuntu(_server, image);
        _server.Files["/latest/debian-12.qcow2"] = image;
        _server.Files["/latest/SHA512SUMS"] = Encoding.UTF8.GetBytes(CatalogueServer.Checksums("debian", "debian-12.qcow2", image));
    }

    /// <summary>How much has come of this file.</summary>
    private long Part(string path)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_server[path].AbsoluteUri)))[..16];
        return new FileInfo($"{ImagesFolder}/.import-url-{key}/part") is { Exists: true } file ? file.Length : 0;
    }

    private int Fetched(string path) => _server.Requests.Count(request => request == path);
}
