using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Networking;

[Collection(LinuxGuests.Name)]
public sealed class MissingNetworkTests
{
    [Fact]
    public async Task A_vm_starts_without_its_network_and_joins_it_when_it_comes()
    {
        await using var host = await TestHost.StartAsync("tiny");
        var unit = $"aetherscale-net-{host.Network}.service";
        var dropIn = Directory.CreateDirectory($"{TestEnvironment.UnitFolder}/{unit}.d").FullName;
        try
        {
            await File.WriteAllTextAsync($"{dropIn}/broken.conf", "[Service]\nExecStart=\nExecStart=/bin/false\n", TestContext.Current.CancellationToken);
            var started = Stopwatch.GetTimestamp();

            var id = await host.CreateAsync("tiny");

            await Wait.UntilAsync("the VM runs", async () => await host.StatusAsync(id) == "running", 15);
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 15);
            Assert.False(await Systemctl.IsActiveAsync(unit));
            var qemu = await Systemctl.MainPidAsync(TestHost.UnitOf(id));

            File.Delete($"{dropIn}/broken.conf");
            (await Systemctl.RunAsync("daemon-reload")).Succeeded();
            await Systemctl.RunAsync("reset-failed", unit);
            (await Systemctl.RunAsync("start", unit)).Succeeded();

            await Ssh.WaitAsync(host, id, 60);
            Assert.Equal(qemu, await Systemctl.MainPidAsync(TestHost.UnitOf(id)));
        }
        finally
        {
            Directory.Delete(dropIn, recursive: true);
        }
    }
}
