using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>A host that lacks an image fetches it from one that has it.</summary>
[Collection(FleetFaultTests.Name)]
public sealed class ImageTravelTests(Broker broker, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;

    /// <summary>As for an import.</summary>
    private const long MostKib = 96 * 1024;

    private TestFleet _fleet = null!;
    private FleetChecker _checker = null!;

    public async ValueTask InitializeAsync()
    {
        _fleet = await TestFleet.StartAsync(
            broker,
            [
                new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "256" },
                new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "1024" },
                new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "512" },
            ]);
        _checker = new FleetChecker(_fleet);
    }

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task A_guest_boots_on_the_named_host_from_an_image_that_another_one_has()
    {
        _fleet["h1"].DropImage("polite", "guest");

        var created = await _fleet.RunAsync("create-vm", """{"image": "guest", "memory": 64}""", """, "host": "h2" """);

        var vm = created.GetProperty("vm-id").GetString()!;
        _checker.CreatedOn("h2", vm);
        await _fleet["h2"].WaitForConsoleAsync(vm, "POLITE UP");
        var (here, there) = (await ImageAsync("h1", "guest"), await ImageAsync("h2", "guest"));
        Assert.Equal(here.GetProperty("digest").GetString(), there.GetProperty("digest").GetString());
        Assert.Equal(here.GetProperty("size").GetInt64(), there.GetProperty("size").GetInt64());
        Assert.Equal("fleet:h1", there.GetProperty("source").GetString());
        Assert.Empty(Leftovers("h2"));

        // By the socket of a host, which makes it itself.
        Assert.Equal("h3", (await CreateOnSocketAsync("h3", "guest")).GetProperty("execution-info").GetProperty("host").GetString());
        Assert.StartsWith("fleet:h", (await ImageAsync("h3", "guest")).GetProperty("source").GetString());
        await _checker.CheckAsync();
    }

    [Fact]
    public async Task A_vm_goes_where_the_image_is_and_when_that_host_is_full_the_image_goes_where_there_is_room()
    {
        _fleet["h1"].DropImage("polite", "guest");

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal("h1", await PlacedAsync("""{"image": "guest", "memory": 128, "no-start": true}"""));
        }

        Assert.Equal("h2", await PlacedAsync("""{"image": "guest", "memory": 128, "no-start": true}"""));
        Assert.Equal("fleet:h1", (await ImageAsync("h2", "guest")).GetProperty("source").GetString());
        Assert.False(File.Exists($"{_fleet["h3"].Data}/images/guest.qcow2"));
        await _checker.CheckAsync();
    }

    [Fact]
    public async Task Many_creates_at_once_on_one_host_fetch_the_image_once()
    {
        await ImportNoiseAsync("h1", "large", 64);

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CreateOnSocketAsync("h2", "large")));

        Assert.All(replies, reply => Assert.True(reply.TryGetProperty("response", out var _), reply.ToString()));
        Assert.Equal(1, _fleet["h2"].Count("Fetches image large"));
        await _checker.CheckAsync();
    }

    [Fact]
    public async Task Hosts_with_different_images_under_one_name_are_named_and_none_is_chosen()
    {
        _fleet["h1"].DropImage("polite", "guest");
        _fleet["h2"].DropImage("deaf", "guest");

        var (code, reason) = await _fleet.RefusedAsync("create-vm", """{"image": "guest", "no-start": true}""", """, "host": "h3" """);

        Assert.Equal("image-differs", code);
        foreach (var host in new[] { "h1", "h2" })
        {
            Assert.Contains($"{host}: {(await ImageAsync(host, "guest")).GetProperty("digest").GetString()}", reason);
        }

        // Who has one is not in doubt.
        Assert.Equal("h2", await PlacedAsync("""{"image": "guest", "memory": 64, "no-start": true}""", """, "host": "h2" """));
        Assert.Empty(Leftovers("h3"));
        await _checker.CheckAsync();
    }

    [Fact]
    public async Task An_image_that_no_host_has_is_not_found_and_the_hosts_that_may_have_it_are_named()
    {
        var (code, reason) = await _fleet.RefusedAsync("create-vm", """{"image": "nosuch", "no-start": true}""");
        Assert.Equal("image-not-found", code);
        Assert.Contains("on no host of the fleet;", reason);

        await _fleet["h3"].KillDaemonAsync();
        await Wait.UntilAsync("h3 is missed", async () => (await _fleet["h1"].RefusedAsync("""{"command": "create-vm", "options": {"image": "nosuch"}}""")).Reason.Contains("h3 may have it"), 40);
        Assert.Empty(await VmsOfAsync("h1", "h2"));
    }

    [Fact]
    public async Task When_the_sending_host_dies_another_one_sends_and_when_there_is_none_nothing_is_left()
    {
        await ImportNoiseAsync("h1", "large", 200);
        Assert.True((await CreateOnSocketAsync("h3", "large")).TryGetProperty("response", out _));
        var create = CreateOnSocketAsync("h2", "large");
        await Wait.UntilAsync("the image is on its way", () => HasBegun("h2"));
        var first = _fleet["h2"].Log.Contains("Fetches image large from h1") ? "h1" : "h3";
        var other = first == "h1" ? "h3" : "h1";

        await _fleet[first].KillDaemonAsync();

        var reply = await create;
        Assert.True(reply.TryGetProperty("response", out var response), reply.ToString());
        Assert.Contains($"Image large could not be fetched from {first}", _fleet["h2"].Log);
        Assert.Equal($"fleet:{other}", (await ImageAsync("h2", "large")).GetProperty("source").GetString());
        Assert.Equal((await ImageAsync(other, "large")).GetProperty("digest").GetString(), (await ImageAsync("h2", "large")).GetProperty("digest").GetString());
        Assert.Empty(Leftovers("h2"));

        // Now with nobody to send the rest.
        await _fleet["h2"].RunAsync("delete-vm", $$"""{"vm-id": "{{response.GetProperty("vm-id").GetString()}}"}""");
        _checker.Deleted(response.GetProperty("vm-id").GetString()!);
        await _fleet["h2"].RunAsync("delete-image", """{"name": "large"}""");
        create = CreateOnSocketAsync("h2", "large");
        await Wait.UntilAsync("the image is on its way again", () => HasBegun("h2"));
        await _fleet[other].KillDaemonAsync();

        var info = (await create).GetProperty("execution-info");
        Assert.Equal("import-failed", info.GetProperty("code").GetString());
        Assert.Contains($"{other}: the source broke off", info.GetProperty("reason").GetString());
        Assert.Empty(Leftovers("h2"));
        Assert.False(File.Exists($"{_fleet["h2"].Data}/images/large.qcow2"));
        foreach (var gone in new[] { first, other })
        {
            await _fleet[gone].StartDaemonAsync();
        }

        await _checker.CheckAsync();
    }

    [Fact]
    public async Task A_large_image_travels_in_little_memory_and_a_host_that_is_killed_over_it_begins_anew()
    {
        const int Size = 1024;
        await ImportNoiseAsync("h1", "large", Size);
        var create = _fleet["h2"].TrySendAsync("""{"command": "create-vm", "options": {"image": "large", "no-start": true}}""");
        await Wait.UntilAsync("the image is on its way", () => HasBegun("h2"));
        await _fleet["h2"].KillDaemonAsync();
        Assert.Null(await create);
        await _fleet["h2"].StartDaemonAsync();
        await _fleet["h2"].WaitForBrokerAsync(2);
        Assert.Empty(Leftovers("h2"));

        var began = TimeProvider.System.GetTimestamp();
        var reply = await CreateOnSocketAsync("h2", "large");
        var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;

        Assert.True(reply.TryGetProperty("response", out _), reply.ToString());
        output.WriteLine(
            $"{Size} MiB in {took:F1} s: {Size / took:F0} MiB/s; VmHWM sender {PeakKib("h1")} kB, receiver {PeakKib("h2")} kB");
        Assert.InRange(PeakKib("h1"), 1, MostKib);
        Assert.InRange(PeakKib("h2"), 1, MostKib);
        await _checker.CheckAsync();
    }

    private bool HasBegun(string host) => Leftovers(host).Any(folder => Directory.GetFiles(folder).Any(file => new FileInfo(file).Length > Mebibyte));

    private string[] Leftovers(string host) => Directory.GetFileSystemEntries($"{_fleet[host].Data}/images", ".import-*");

    private async Task<JsonElement> ImageAsync(string host, string name) => await _fleet[host].RunAsync("show-image", $$"""{"name": "{{name}}"}""");

    private async Task<JsonElement> CreateOnSocketAsync(string host, string image)
    {
        var reply = await _fleet[host].SendAsync($$$"""{"command": "create-vm", "options": {"image": "{{{image}}}", "memory": 64, "no-start": true}}""");
        _checker.Created(reply);
        return reply;
    }

    private async Task<string> PlacedAsync(string options, string more = "")
    {
        var reply = await _fleet.AskAsync("create-vm", options, more);
        Assert.True(_checker.Created(reply) is not null, reply.ToString());
        return reply.GetProperty("execution-info").GetProperty("host").GetString()!;
    }

    private async Task<IReadOnlyList<string>> VmsOfAsync(params string[] hosts)
    {
        var lists = await Task.WhenAll(hosts.Select(host => _fleet[host].RunAsync("list-vms")));
        return [.. lists.SelectMany(list => list.EnumerateArray()).Select(vm => vm.GetProperty("vm-id").GetString()!)];
    }

    private async Task ImportNoiseAsync(string host, string name, int mebibytes)
    {
        using var folder = new TemporaryFolder();
        var source = $"{folder.Path}/noise";
        await using (var file = File.Create(source))
        {
            for (var n = 0; n < mebibytes; n++)
            {
                await file.WriteAsync(RandomNumberGenerator.GetBytes(Mebibyte), TestContext.Current.CancellationToken);
            }
        }

        (await _fleet[host].CliAsync("import-image", name, source, "--format", "raw")).Succeeded();
    }

    /// <summary>The most that the daemon had in memory at any time since it began.</summary>
    private long PeakKib(string host)
    {
        var line = File.ReadLines($"/proc/{_fleet[host].DaemonPid}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
