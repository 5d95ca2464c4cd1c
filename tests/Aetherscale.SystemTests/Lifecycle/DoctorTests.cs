using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>What doctor says of this real host, and of what is wrong on purpose.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Each_part_of_a_good_host_has_a_line()
    {
        await using var host = await TestHost.StartAsync();

        var findings = (await host.RunAsync("doctor")).GetProperty("findings").EnumerateArray().ToList();

        Assert.Equal(
            [
                "qemu", "accelerator", "firmware", "sandbox", "systemd", TestEnvironment.IsSystem ? "vm-users" : "linger", "network-tools", "network", "room", "room", "sockets", "permissions",
                "broker", "clock", "leftovers",
            ],
            findings.Select(finding => Text(finding, "check")));
        string[] good = ["qemu", "firmware", "sandbox", "systemd", "network-tools", "network", "sockets", "permissions", "broker", "leftovers"];
        Assert.All(
            findings.Where(finding => good.Contains(Text(finding, "check"))),
            finding => Assert.True(Text(finding, "status") == "ok", $"{finding}"));
    }

    [Fact]
    public async Task What_is_wrong_is_told_with_its_mending_and_the_exit_code_1()
    {
        await using var host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_QEMU"] = "/nowhere/qemu" });
        var orphan = $"{host.Data}/vms/abcdefgh";
        Directory.CreateDirectory(orphan);
        File.SetUnixFileMode($"{host.Data}/images", (UnixFileMode)0b111_111_000);

        var doctor = await host.CliAsync("doctor");
        var json = await host.CliAsync("doctor", "--output", "json");

        Assert.Equal((1, 1), (doctor.ExitCode, json.ExitCode));
        var lines = doctor.Output.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("fail ", StringComparison.Ordinal) && line.Contains("/nowhere/qemu is missing"));
        Assert.Contains(lines, line => line.StartsWith("fail ", StringComparison.Ordinal) && line.EndsWith($"; do:  chmod go-w {host.Data}/images"));
        Assert.Contains(lines, line => line.StartsWith("warning ", StringComparison.Ordinal) && line.Contains(orphan));
        Assert.Equal("fail", JsonDocument.Parse(json.Output).RootElement[0].GetProperty("response").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_disk_without_a_VM_is_reported_and_left_alone()
    {
        await using var host = await TestHost.StartAsync("polite");
        var orphan = $"{host.Data}/vms/abcdefgh";
        Directory.CreateDirectory(orphan);
        await File.WriteAllTextAsync($"{orphan}/disk.qcow2", "somebody's only copy", TestContext.Current.CancellationToken);
        await host.KillDaemonAsync();
        await host.StartDaemonAsync();

        var leftover = await FindingAsync(host, "leftovers");

        Assert.Equal("warning", Text(leftover, "status"));
        Assert.Contains(orphan, Text(leftover, "found"));
        Assert.Equal("aetherscale-cli delete-vm abcdefgh", Text(leftover, "mend"));
        Assert.True(File.Exists($"{orphan}/disk.qcow2"));
    }

    [Fact]
    [Trait("mode", "user")]
    public async Task B28_Lingering_that_is_off_is_a_failure_with_the_one_command()
    {
        await using var host = await TestHost.StartAsync();
        var expected = File.Exists($"/var/lib/systemd/linger/{Environment.UserName}") ? ("ok", null)
            : !File.Exists($"/run/systemd/users/{await TestEnvironment.UserIdAsync()}") ? ("warning", null)
            : ("fail", $"sudo loginctl enable-linger {Environment.UserName}");

        var linger = await FindingAsync(host, "linger");

        Assert.Equal(expected, (Text(linger, "status"), linger.TryGetProperty("mend", out var mend) ? mend.GetString() : null));
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_a_failure_that_says_why()
    {
        await using var host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = "amqp://127.0.0.1:9" });

        JsonElement broker = default;
        await Wait.UntilAsync("the broker was tried", async () =>
        {
            broker = await FindingAsync(host, "broker");
            return Text(broker, "found")!.Contains("refused", StringComparison.OrdinalIgnoreCase);
        });

        Assert.Equal("fail", Text(broker, "status"));
    }

    [Fact]
    [Trait("mode", "user")]
    public async Task Without_a_daemon_the_exit_code_is_3_and_the_reason_is_looked_for()
    {
        await using var host = TestHost.Prepare(new Dictionary<string, string>());

        var doctor = await host.CliAsync("doctor");

        Assert.Equal(3, doctor.ExitCode);
        Assert.Contains("cannot be reached", doctor.Error);
        Assert.Contains("the user manager has its socket", doctor.Output);
    }

    private static async Task<JsonElement> FindingAsync(TestHost host, string check) =>
        (await host.RunAsync("doctor")).GetProperty("findings").EnumerateArray().Single(finding => Text(finding, "check") == check);

    private static string? Text(JsonElement finding, string member) => finding.GetProperty(member).GetString();
}
