using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>The host's disk is full while a guest writes.</summary>
public sealed class GuestDiskFullTests
{
    [Fact]
    public async Task B16_A_guest_without_room_is_paused_with_the_reason_and_a_start_has_it_go_on()
    {
        using var qemu = new FakeQemu("exit 1");
        await using var host = await TestHost.StartAsync(qemu.Settings, "writer");
        var vm = await host.CreateAsync("writer", """, "no-start": true""");

        // What the sandbox shows to QEMU of all that a test can write.
        var folder = $"{host.Data}/images/sha256";
        (await Tool.RunAsync("/usr/bin/gcc", "-shared", "-fPIC", "-O1", "-o", $"{folder}/nospace.so", $"{TestEnvironment.Sources}/tests/faults/nospace.c")).Succeeded();
        qemu.Become($"""NOSPACE={folder}/full LD_PRELOAD={folder}/nospace.so exec "$QEMU" "$@" """);
        await host.RunAsync("start-vm", $$"""{"vm-id": "{{vm}}"}""");
        await host.WaitForConsoleAsync(vm, "WW");

        File.WriteAllText($"{folder}/full", "");
        await Wait.UntilAsync("it is paused", async () => await host.StatusAsync(vm) == "paused");
        var hint = (await host.RunAsync("list-vms")).EnumerateArray().Single().GetProperty("hint").GetString();
        Assert.Equal("the guest's disk could not be written, the host's disk may be full", hint);
        var written = host.ConsoleOf(vm).Count(c => c == 'W');
        File.Delete($"{folder}/full");

        var answer = await host.RunAsync("start-vm", $$"""{"vm-id": "{{vm}}"}""");

        Assert.Contains("was paused and goes on", answer.GetProperty("hint").GetString());
        await Wait.UntilAsync("it writes", () => host.ConsoleOf(vm).Count(c => c == 'W') > written);
        Assert.Equal("running", await host.StatusAsync(vm));
        Assert.DoesNotContain('E', host.ConsoleOf(vm));
        await host.RunAsync("stop-vm", $$"""{"vm-id": "{{vm}}", "kill": true}""");

        // It was killed as it wrote: clusters that nothing leads to (3) are room lost, and no harm.
        var check = await Tool.RunAsync("/usr/bin/qemu-img", "check", $"{host.Data}/vms/{vm}/disk.qcow2");
        Assert.True(check.ExitCode is 0 or 3, check.Output + check.Error);
    }
}
