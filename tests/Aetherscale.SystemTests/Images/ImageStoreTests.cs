using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Images;

/// <summary>The verbs on images, typed, with real VMs on the images.</summary>
public sealed class ImageStoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _sources = new();
    private TestHost _host = null!;

    private static string Polite => $"{TestEnvironment.Images}/polite.qcow2";

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _sources.Dispose();
    }

    [Theory]
    [InlineData("cp POLITE SOURCE")]
    [InlineData("qemu-img convert -O raw POLITE SOURCE")]
    [InlineData("qemu-img convert -O raw POLITE i && xz -0 -c i > SOURCE")]
    [InlineData("qemu-img convert -O raw POLITE i && gzip -c i > SOURCE")]
    [InlineData("qemu-img convert -O raw POLITE i && zstd -q -c i > SOURCE")]
    [InlineData("qemu-img convert -O vmdk POLITE SOURCE")]
    [InlineData("qemu-img convert -O vmdk -o subformat=streamOptimized POLITE i && xz -0 -c i > SOURCE")]
    public async Task A_guest_boots_from_what_was_imported(string made)
    {
        var source = await MakeAsync(made);

        var result = await _host.CliAsync("import-image", "guest", source);

        Assert.True(result.ExitCode == 0, $"{result.Error}\n{_host.Log}");
        var vm = await _host.CreateAsync("guest");
        await _host.WaitForConsoleAsync(vm, "POLITE UP");
        var image = await _host.RunAsync("show-image", """{"name": "guest"}""");
        Assert.Equal(source, image.GetProperty("source").GetString());
        Assert.Equal([vm], image.GetProperty("used-by").EnumerateArray().Select(name => name.GetString()!));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task A_guest_boots_from_what_came_by_standard_input()
    {
        var pipe = await Tool.RunAsync(
            "/bin/bash", ["-c", $"gzip -c '{Polite}' | '{TestEnvironment.Programs}/aetherscale-cli' import-image guest - --quiet"], _host.Settings);

        Assert.Equal("guest\n", pipe.Succeeded().Output);
        await _host.WaitForConsoleAsync(await _host.CreateAsync("guest"), "POLITE UP");
    }

    [Fact]
    public async Task An_image_is_kept_from_deletion_while_a_vm_uses_it_and_gone_altogether_afterwards()
    {
        (await _host.CliAsync("import-image", "guest", Polite)).Succeeded();
        await _host.CreateAsync("guest", """, "name": "web", "no-start": true""");
        await _host.CreateAsync("guest", """, "name": "db", "no-start": true""");

        var refused = await _host.CliAsync("delete-image", "guest");

        Assert.Equal(1, refused.ExitCode);
        Assert.Matches("is used by: (web, db|db, web); .*image-in-use", refused.Error);
        await _host.RunAsync("delete-vm", """{"vm-id": "web"}""");
        await _host.RunAsync("delete-vm", """{"vm-id": "db"}""");
        Assert.Equal("NAME   STATUS\nguest  deleted\n", (await _host.CliAsync("delete-image", "guest")).Succeeded().Output);
        Assert.Empty(Directory.EnumerateFiles($"{_host.Data}/images", "*", SearchOption.AllDirectories));
        Assert.Equal(1, (await _host.CliAsync("delete-image", "guest")).ExitCode);
    }

    [Fact]
    public async Task A17_An_image_that_is_imported_anew_never_changes_the_base_of_a_vm()
    {
        (await _host.CliAsync("import-image", "guest", Polite)).Succeeded();
        var vm = await _host.CreateAsync("guest");
        await _host.WaitForConsoleAsync(vm, "POLITE UP");
        var before = await DigestAsync("guest");

        (await _host.CliAsync("import-image", "guest", $"{TestEnvironment.Images}/deaf.qcow2")).Succeeded();

        Assert.NotEqual(before, await DigestAsync("guest"));
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{vm}}", "kill": true, "wait": true}""");
        await _host.RunAsync("start-vm", $$"""{"vm-id": "{{vm}}"}""");
        await Wait.UntilAsync("the old guest has booted again", () => _host.ConsoleOf(vm).Split("POLITE UP").Length > 2);
        await _host.WaitForConsoleAsync(await _host.CreateAsync("guest"), "DEAF UP");

        // It is the VM's and nobody else's: the image may go.
        Assert.Equal(1, (await _host.CliAsync("delete-image", "guest")).ExitCode);
    }

    [Fact]
    public async Task A_copy_shares_the_content_and_goes_its_own_way()
    {
        (await _host.CliAsync("import-image", "guest", Polite)).Succeeded();
        (await _host.CliAsync("copy-image", "guest", "kept")).Succeeded();
        (await _host.CliAsync("import-image", "guest", $"{TestEnvironment.Images}/deaf.qcow2")).Succeeded();

        await _host.WaitForConsoleAsync(await _host.CreateAsync("kept"), "POLITE UP");

        Assert.Contains("(name-taken)", (await _host.CliAsync("copy-image", "guest", "kept")).Error, StringComparison.Ordinal);
        Assert.Contains("(image-not-found)", (await _host.CliAsync("copy-image", "nosuch", "b")).Error, StringComparison.Ordinal);
        (await _host.CliAsync("delete-image", "guest")).Succeeded();
        Assert.Equal("kept\n", (await _host.CliAsync("list-images", "--quiet")).Succeeded().Output);
    }

    [Fact]
    public async Task A_wrong_checksum_beside_the_file_or_on_the_command_line_is_refused()
    {
        var source = await MakeAsync("cp POLITE SOURCE");
        var zeros = new string('0', 64);
        await File.WriteAllTextAsync($"{_sources.Path}/SHA256SUMS", $"{zeros}  source\n", TestContext.Current.CancellationToken);

        Assert.Contains("(checksum-mismatch)", (await _host.CliAsync("import-image", "guest", source)).Error, StringComparison.Ordinal);
        Assert.Contains("(checksum-mismatch)", (await _host.CliAsync("import-image", "guest", source, "--checksum", $"sha512:{zeros}{zeros}")).Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/images"));
        (await _host.CliAsync("import-image", "guest", source, "--checksum", "none")).Succeeded();
    }

    private async Task<string> MakeAsync(string made)
    {
        var script = made.Replace("POLITE", $"'{Polite}'", StringComparison.Ordinal).Replace("SOURCE", "source", StringComparison.Ordinal);
        (await Tool.RunAsync("/bin/bash", "-c", $"cd '{_sources.Path}' && {script}")).Succeeded();
        return $"{_sources.Path}/source";
    }

    private async Task<string> DigestAsync(string name) =>
        (await _host.RunAsync("show-image", $$"""{"name": "{{name}}"}""")).GetProperty("digest").GetString()!;

    private string[] Leftovers() => Directory.GetFileSystemEntries($"{_host.Data}/images", ".import-*");
}
