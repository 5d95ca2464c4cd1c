using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>What the published CLI makes of brokers and daemons that are not there, or go away.</summary>
[Collection(BrokerTests.Name)]
public sealed class CliFailureTests(Broker broker)
{
    private const string CredentialsVariable = "AETHERSCALE_CLIENT_BROKER_CREDENTIALS_FILE";
    private static readonly TimeSpan s_atWorst = TimeSpan.FromSeconds(10);

    private readonly string _virtualHost = broker.NewVirtualHost();

    private string Url => broker.UrlOf(_virtualHost);

    [Fact]
    public async Task A_broker_without_a_daemon_is_told_at_once()
    {
        Assert.StartsWith(
            $"aetherscale-cli: no daemon listens on the broker {Url}: it has no queue vm-queue\n", await UnreachableAsync(Url), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_that_has_ended_is_told_though_its_queue_is_still_there()
    {
        await using var host = await StartHostAsync();
        await host.KillDaemonAsync();

        var error = "";
        await Wait.UntilAsync("the broker has noticed", async () =>
            (error = await UnreachableAsync(Url)).Contains("nobody takes messages", StringComparison.Ordinal));
        Assert.StartsWith(
            $"aetherscale-cli: no daemon listens on the broker {Url}: nobody takes messages from its queue vm-queue\n", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aetherscale:wrong", "it refused the login of user \"aetherscale\"")]
    [InlineData("nobody:wrong", "it refused the login of user \"nobody\"")]
    public async Task A_login_that_is_refused_names_user_and_file(string credentials, string words)
    {
        using var file = new CredentialsFile(credentials);
        var error = await UnreachableAsync(Url, (CredentialsVariable, file.Path));
        Assert.StartsWith($"aetherscale-cli: the broker {Url} cannot be reached: {words}\n", error, StringComparison.Ordinal);
        Assert.Contains(file.Path, error);
        Assert.DoesNotContain("wrong", error);
    }

    [Fact]
    public async Task Credentials_from_a_file_let_the_client_in()
    {
        await using var host = await StartHostAsync();
        using var file = new CredentialsFile($"{Broker.User}:{Broker.Password}");
        var result = await RunAsync(["--broker", Url, "list-vms"], (CredentialsVariable, file.Path));
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains($"user={Broker.User}", host.Log);
    }

    [Fact]
    public async Task A_virtual_host_that_is_not_there_is_named()
    {
        var url = broker.UrlOf("nosuch");
        Assert.StartsWith(
            $"aetherscale-cli: the broker {url} cannot be reached: it refused: vhost nosuch not found\n", await UnreachableAsync(url), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_hangs_is_given_up()
    {
        await broker.PauseAsync();
        try
        {
            Assert.StartsWith($"aetherscale-cli: the broker {Url} cannot be reached: it does not answer\n", await UnreachableAsync(Url), StringComparison.Ordinal);
        }
        finally
        {
            await broker.ResumeAsync();
        }
    }

    [Fact]
    public async Task A_broker_that_goes_while_the_client_waits_is_told_and_that_the_command_may_take_effect()
    {
        await using var host = await StartHostAsync();
        var (stop, id) = await BeginStopAsync(host);

        await broker.StopAsync();
        try
        {
            var result = await stop.WaitAsync(s_atWorst, TestContext.Current.CancellationToken);

            Assert.Equal((3, ""), (result.ExitCode, result.Output));
            Assert.StartsWith(
                $"aetherscale-cli: connection to the broker {Url} lost: it closed the connection; the command may still take effect: check list-vms\n",
                result.Error, StringComparison.Ordinal);
            await Wait.UntilAsync("and it does", async () => await host.StatusAsync(id) == "stopped");
        }
        finally
        {
            await broker.StartAsync();
        }
    }

    [Fact]
    public async Task A_daemon_that_goes_while_the_client_waits_is_told()
    {
        await using var host = await StartHostAsync();
        var (stop, _) = await BeginStopAsync(host);

        await host.KillDaemonAsync();

        var result = await stop.WaitAsync(s_atWorst, TestContext.Current.CancellationToken);
        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.StartsWith(
            $"aetherscale-cli: no daemon listens on the broker {Url}: nobody takes messages from its queue vm-queue; "
            + "the command may still take effect: check list-vms\n",
            result.Error, StringComparison.Ordinal);
    }

    private static async Task<ToolResult> RunAsync(string[] arguments, params (string Name, string Value)[] environment) => await Tool.RunAsync(
        $"{TestEnvironment.Programs}/aetherscale-cli", arguments, environment.ToDictionary(pair => pair.Name, pair => pair.Value));

    private static async Task<string> UnreachableAsync(string url, params (string Name, string Value)[] environment)
    {
        var clock = Stopwatch.StartNew();
        var result = await RunAsync(["--broker", url, "list-vms"], environment);
        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, s_atWorst);
        return result.Error;
    }

    private async Task<TestHost> StartHostAsync()
    {
        var host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = Url }, "deaf");
        await host.WaitForBrokerAsync();
        return host;
    }

    /// <summary>The CLI, as it waits for a guest that does not obey.</summary>
    private async Task<(Task<ToolResult> Stop, string Id)> BeginStopAsync(TestHost host)
    {
        var id = await host.CreateAsync("deaf");
        await host.WaitForConsoleAsync(id, "DEAF UP");
        var stop = host.CliAsync("--broker", Url, "stop-vm", id, "--timeout", "15");
        await Wait.UntilAsync("the guest is asked", async () => await host.StatusAsync(id) == "stopping");
        return (stop, id);
    }

    /// <summary>A file with <c>user:password</c> that nobody else can read.</summary>
    private sealed class CredentialsFile : IDisposable
    {
        public CredentialsFile(string text)
        {
            File.WriteAllText(Path, text);
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
