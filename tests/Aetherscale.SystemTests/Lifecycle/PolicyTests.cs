using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>What starts at boot, what comes back by itself, and what a requester hears of lingering.</summary>
public sealed class PolicyTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Autostart_always_outlives_a_stop()
    {
        var id = await _host.CreateAsync("polite", """, "name": "web", "autostart": "always", "no-start": true""");
        Assert.True(TestHost.IsEnabled(id));

        await ActAsync("start-vm", id);
        await ActAsync("stop-vm", id, """, "kill": true""");

        Assert.True(TestHost.IsEnabled(id));
        Assert.Contains("always\n", (await _host.CliAsync("list-vms")).Output);
        var vm = await ActAsync("show-vm", id);
        Assert.True(vm.GetProperty("autostart").GetBoolean());
        Assert.Equal("always", vm.GetProperty("autostart-policy").GetString());

        await ActAsync("delete-vm", id);
        Assert.False(File.Exists(LinkOf(id)) || new FileInfo(LinkOf(id)).LinkTarget is not null);
    }

    [Fact]
    public async Task Autostart_never_makes_no_link()
    {
        var id = await _host.CreateAsync("polite", """, "autostart": "never" """);
        Assert.False(TestHost.IsEnabled(id));
        Assert.Contains("never\n", (await _host.CliAsync("list-vms")).Output);

        await ActAsync("start-vm", id);
        await ActAsync("stop-vm", id, """, "kill": true""");
        await ActAsync("start-vm", id);

        Assert.False(TestHost.IsEnabled(id));
        Assert.Equal("running", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task Restart_always_brings_a_guest_back_that_powers_itself_off_but_none_that_is_stopped()
    {
        var id = await _host.CreateAsync("polite", """, "restart": "always" """);
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));

        await PressPowerButtonAsync(id);

        await Wait.UntilAsync("the guest is up again", () => _host.ConsoleOf(id).Split("POLITE UP").Length == 3);
        Assert.NotEqual(pid, await Systemctl.MainPidAsync(TestHost.UnitOf(id)));
        Assert.True(TestHost.IsEnabled(id));
        Assert.Equal("always", (await ActAsync("show-vm", id)).GetProperty("restart-policy").GetString());

        Assert.Equal("stopped", (await ActAsync("stop-vm", id)).GetProperty("status").GetString());
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task Restart_never_leaves_a_crash_as_it_is()
    {
        var id = await _host.CreateAsync("polite", """, "restart": "never" """);

        (await Systemctl.RunAsync("kill", "--signal=KILL", TestHost.UnitOf(id))).Succeeded();

        await Wait.UntilAsync("it is told so", async () => await _host.StatusAsync(id) == "crashed");
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.Equal("crashed", await _host.StatusAsync(id));
        await ActAsync("start-vm", id);
        Assert.Equal("running", await _host.StatusAsync(id));
    }

    [Theory]
    [InlineData("autostart", "yes", "\"autostart\" must be last-state, always or never.")]
    [InlineData("restart", "no", "\"restart\" must be on-failure, always or never.")]
    public async Task Another_word_is_a_bad_request_and_makes_nothing(string member, string word, string reason)
    {
        Assert.Equal(
            ("bad-request", reason),
            await _host.RefusedAsync($$$"""{"command": "create-vm", "options": {"image": "polite", "{{{member}}}": "{{{word}}}"}}"""));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/vms"));
    }

    [Fact]
    [Trait("mode", "user")]
    public async Task Where_no_logind_looks_after_the_user_nothing_is_said_until_lingering_is_asked_for()
    {
        var uid = (await Tool.RunAsync("/usr/bin/id", "-u")).Output.Trim();
        Assert.SkipWhen(File.Exists($"/run/systemd/users/{uid}"), "a logind looks after this user");

        var plain = await _host.CliAsync("create-vm", "--image", "polite", "--no-start");
        var asked = await _host.CliAsync("create-vm", "--image", "polite", "--no-start", "--enable-linger");

        Assert.Equal((0, ""), (plain.ExitCode, plain.Error));
        Assert.Equal(0, asked.ExitCode);
        Assert.StartsWith("hint: No logind looks after user \"", asked.Error);
    }

    private static string LinkOf(string id) => $"{TestEnvironment.WantsFolder}/{TestHost.UnitOf(id)}";

    /// <summary>As if somebody in front of the machine did: over the monitor that is not the daemon's.</summary>
    private static async Task PressPowerButtonAsync(string id)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(
            new UnixDomainSocketEndPoint($"{TestEnvironment.RuntimeDirectory}/aetherscale/vms/{id}/stop.sock"),
            TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        foreach (var command in new[] { "qmp_capabilities", "system_powerdown" })
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($$"""{"execute": "{{command}}"}""" + "\n"), TestContext.Current.CancellationToken);
            await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }
    }

    private Task<JsonElement> ActAsync(string command, string vm, string more = "") =>
        _host.RunAsync(command, $$"""{"vm-id": "{{vm}}"{{more}}}""");
}
