using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>QEMU that dies, that never starts, and that dies again and again; and guests that only reboot.</summary>
public sealed class CrashTests
{
    [Fact]
    public async Task B17_A_killed_qemu_is_started_again_and_the_daemon_follows()
    {
        await using var host = await TestHost.StartAsync("polite");
        var id = await host.CreateAsync("polite");
        await host.WaitForConsoleAsync(id, "POLITE UP");
        var unit = TestHost.UnitOf(id);
        var first = await Systemctl.MainPidAsync(unit);

        (await Systemctl.RunAsync("kill", "--signal=KILL", unit)).Succeeded();

        await Wait.UntilAsync("the guest is up again", () => Boots(host, id) == 2);
        await Wait.UntilAsync("it is listed so", async () => await VmAsync(host) is var (status, hint) && status == "running" && hint is null);
        Assert.NotEqual(first, await Systemctl.MainPidAsync(unit));
        Assert.Equal("1", await Systemctl.PropertyAsync(unit, "NRestarts"));
        Assert.True(TestHost.IsEnabled(id));
        Assert.Equal("stopped", await ActAsync(host, "stop-vm", id));
        (await Tool.RunAsync("/usr/bin/qemu-img", "check", "--output=json", $"{host.Data}/vms/{id}/disk.qcow2")).Succeeded();
    }

    [Fact]
    public async Task A_stop_ends_a_vm_that_waits_for_its_restart()
    {
        using var qemu = new FakeQemu("""exec timeout --foreground -s KILL 0.7 "$QEMU" "$@" """);
        await using var host = await TestHost.StartAsync(qemu.Settings, "polite");
        var id = await host.CreateAsync("polite");
        await Wait.UntilAsync(
            "it waits for its restart", async () => await Systemctl.PropertyAsync(TestHost.UnitOf(id), "SubState") == "auto-restart");

        var answer = await host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.Equal("stopped", answer.GetProperty("status").GetString());
        Assert.Contains("had ended, and is not started again", answer.GetProperty("hint").GetString());
        Assert.Equal("stopped", await host.StatusAsync(id));
        var boots = Boots(host, id);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.Equal(boots, Boots(host, id));
        Assert.Equal("stopped", await host.StatusAsync(id));
    }

    [Fact]
    public async Task B18_A_crash_loop_ends_after_five_tries_and_a_start_begins_anew()
    {
        using var qemu = new FakeQemu("""exec timeout --foreground -s KILL 0.7 "$QEMU" "$@" """);
        await using var host = await TestHost.StartAsync(qemu.Settings, "polite");
        var id = await host.CreateAsync("polite");

        await Wait.UntilAsync("systemd has given up", async () => (await VmAsync(host)).Status == "crashed", 60);

        Assert.Equal(("crashed", "QEMU crashed too often; see the journal, then start-vm tries again"), await VmAsync(host));

        // Five, unless another test has this systemd reload meanwhile: with that it begins to count anew.
        Assert.InRange(Boots(host, id), 2, 15);
        Assert.Equal("failed", await Systemctl.PropertyAsync(TestHost.UnitOf(id), "ActiveState"));

        qemu.Become("""exec "$QEMU" "$@" """);
        var boots = Boots(host, id);
        Assert.Equal("starting", await ActAsync(host, "start-vm", id));
        await Wait.UntilAsync("the guest is up", () => Boots(host, id) == boots + 1);
        Assert.Equal(("running", null), await VmAsync(host));
        Assert.Equal("0", await Systemctl.PropertyAsync(TestHost.UnitOf(id), "NRestarts"));
        Assert.Equal("stopped", await ActAsync(host, "stop-vm", id));
    }

    [Fact]
    public async Task A_crashed_vm_is_kept_down_by_a_stop_and_removed_by_a_delete()
    {
        using var qemu = new FakeQemu("""exec timeout --foreground -s KILL 0.7 "$QEMU" "$@" """);
        await using var host = await TestHost.StartAsync(qemu.Settings, "polite");
        var id = await host.CreateAsync("polite");
        await Wait.UntilAsync("systemd has given up", async () => (await VmAsync(host)).Status == "crashed", 60);

        // What happened to it stays to be seen; it does not start at boot any more.
        Assert.Equal("killed", await ActAsync(host, "stop-vm", id));
        Assert.Equal("crashed", (await VmAsync(host)).Status);
        Assert.False(TestHost.IsEnabled(id));
        Assert.Equal("deleted", await ActAsync(host, "delete-vm", id));
        Assert.Null(await host.StatusAsync(id));
    }

    [Fact]
    public async Task A_qemu_that_cannot_start_fails_the_create_in_its_own_words_and_nothing_is_left()
    {
        await using var host = await TestHost.StartAsync("polite");

        var (code, reason) = await host.RefusedAsync("""{"command": "create-vm", "options": {"image": "polite", "memory": 16777216}}""");

        Assert.Equal("start-failed", code);
        Assert.Contains("qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", reason);
        await AssertNothingIsLeftAsync(host);
    }

    [Fact]
    public async Task A_program_that_fails_in_qemus_place_fails_the_create_and_nothing_is_left()
    {
        using var qemu = new FakeQemu("echo 'no such machine today' >&2\nexit 1");
        await using var host = await TestHost.StartAsync(qemu.Settings, "polite");

        var (code, reason) = await host.RefusedAsync("""{"command": "create-vm", "options": {"image": "polite", "name": "web"}}""");

        Assert.Equal("start-failed", code);
        Assert.StartsWith("VM \"web\" did not start. ", reason);
        Assert.Contains("no such machine today", reason);
        await AssertNothingIsLeftAsync(host);
        qemu.Become("""exec "$QEMU" "$@" """);
        await host.CreateAsync("polite", """, "name": "web" """);
    }

    [Fact]
    public async Task A_missing_qemu_fails_the_create_and_nothing_is_left()
    {
        await using var host = await TestHost.StartAsync(
            new Dictionary<string, string> { ["AETHERSCALE_QEMU"] = "/usr/bin/no-such-qemu" }, "polite");

        var (code, reason) = await host.RefusedAsync("""{"command": "create-vm", "options": {"image": "polite"}}""");

        Assert.Equal("start-failed", code);
        Assert.Contains("/usr/bin/no-such-qemu is missing or cannot be executed", reason);
        await AssertNothingIsLeftAsync(host);
    }

    [Fact]
    public async Task A_start_that_fails_leaves_the_vm_stopped()
    {
        using var qemu = new FakeQemu("echo 'no such machine today' >&2\nexit 1");
        await using var host = await TestHost.StartAsync(qemu.Settings, "polite");
        var id = await host.CreateAsync("polite", """, "no-start": true""");

        var (code, _) = await host.RefusedAsync($$$"""{"command": "start-vm", "options": {"vm-id": "{{{id}}}"}}""");

        Assert.Equal("start-failed", code);
        Assert.Equal(("stopped", null), await VmAsync(host));
        Assert.False(TestHost.IsEnabled(id));
        qemu.Become("""exec "$QEMU" "$@" """);
        Assert.Equal("starting", await ActAsync(host, "start-vm", id));
        Assert.Equal("running", await host.StatusAsync(id));
    }

    [Theory]
    [InlineData("reboot", 'R')]
    [InlineData("triple", 'T')]
    public async Task B20_A_guest_that_reboots_keeps_its_qemu(string image, char sign)
    {
        await using var host = await TestHost.StartAsync(image);
        var id = await host.CreateAsync(image);
        var unit = TestHost.UnitOf(id);
        var pid = await Systemctl.MainPidAsync(unit);

        await Wait.UntilAsync("it has rebooted", () => host.ConsoleOf(id).Count(c => c == sign) >= 3);

        Assert.Equal(pid, await Systemctl.MainPidAsync(unit));
        Assert.Equal("0", await Systemctl.PropertyAsync(unit, "NRestarts"));
        Assert.Equal(("running", null), await VmAsync(host));
        Assert.Equal("killed", await ActAsync(host, "stop-vm", id, """, "kill": true"""));
    }

    private static int Boots(TestHost host, string id) => host.ConsoleOf(id).Split("POLITE UP").Length - 1;

    private static async Task<(string? Status, string? Hint)> VmAsync(TestHost host)
    {
        var vm = (await host.RunAsync("list-vms")).EnumerateArray().Single();
        return (vm.GetProperty("status").GetString(), vm.TryGetProperty("hint", out var hint) ? hint.GetString() : null);
    }

    private static async Task<string?> ActAsync(TestHost host, string command, string id, string more = "") =>
        (await host.RunAsync(command, $$$"""{"vm-id": "{{{id}}}"{{{more}}}}""")).GetProperty("status").GetString();

    private static async Task AssertNothingIsLeftAsync(TestHost host)
    {
        Assert.Equal(JsonValueKind.Array, (await host.RunAsync("list-vms")).ValueKind);
        Assert.Empty((await host.RunAsync("list-vms")).EnumerateArray());
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{host.Data}/vms"));
        Assert.DoesNotContain(host.OurUnits(), unit => unit.StartsWith("aetherscale-vm-", StringComparison.Ordinal));
        var links = Directory.EnumerateFiles(TestEnvironment.WantsFolder, "aetherscale-vm-????????.service");
        Assert.DoesNotContain(links, link => host.Log.Contains(Path.GetFileNameWithoutExtension(link)["aetherscale-vm-".Length..]));
    }
}
