using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Cli;

/// <summary>Which broker is asked, and as whom. Nobody listens on port 1: the error tells what was tried.</summary>
public sealed class BrokerPlaceTests : IDisposable
{
    private const string Variable = "AETHERSCALE_CLIENT_BROKER";
    private const string CredentialsVariable = "AETHERSCALE_CLIENT_BROKER_CREDENTIALS_FILE";

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    /// <summary>Takes one source after the other away, the strongest first.</summary>
    [Fact]
    public async Task The_first_place_that_applies_wins()
    {
        _cli.Variables[Variable] = "amqp://127.0.0.1:1/variable";
        CliSandbox.Write(_cli.UserConfig, Settings("user"));
        CliSandbox.Write(_cli.MachineConfig, Settings("machine"));

        Assert.Equal(("option", "--broker"), await TriedAsync("--broker", "amqp://127.0.0.1:1/option"));
        Assert.Equal(("variable", Variable), await TriedAsync());
        _cli.Variables[Variable] = "";
        Assert.Equal(("user", $"[client] broker in {_cli.UserConfig}"), await TriedAsync());
        File.Delete(_cli.UserConfig);
        Assert.Equal(("machine", $"[client] broker in {_cli.MachineConfig}"), await TriedAsync());
    }

    [Fact]
    public async Task A_socket_beats_brokers_that_are_named_by_weaker_sources()
    {
        _cli.Variables[Variable] = "amqp://127.0.0.1:1";
        CliSandbox.Write(_cli.UserConfig, Settings("user"));
        CliSandbox.Write(_cli.MachineConfig, Settings("machine"));
        await using var named = ScriptedDaemon.Replying(Path.Join(_cli.Root, "named"), _ => Envelopes.Success("[]"));
        await using var own = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success("[]"));

        Assert.Equal(0, (await _cli.RunAsync("list-vms", "--socket", Path.Join(_cli.Root, "named"))).Code);
        _cli.Variables.Remove(Variable);
        _cli.Variables["AETHERSCALE_SOCKET"] = Path.Join(_cli.Root, "named");
        Assert.Equal(0, (await _cli.RunAsync("list-vms")).Code);
        _cli.Variables.Remove("AETHERSCALE_SOCKET");
        File.Delete(_cli.UserConfig);
        Assert.Equal(0, (await _cli.RunAsync("list-vms")).Code);

        Assert.Equal([2, 1], new[] { named, own }.Select(daemon => daemon.Bodies.Count));
    }

    [Fact]
    public async Task The_daemon_s_own_broker_is_not_the_client_s()
    {
        _cli.Variables["AETHERSCALE_BROKER"] = "amqp://127.0.0.1:1";
        CliSandbox.Write(_cli.UserConfig, "broker = \"amqp://127.0.0.1:1\"\n");
        await using var own = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success("[]"));
        Assert.Equal(0, (await _cli.RunAsync("list-vms")).Code);
    }

    [Fact]
    public async Task Socket_and_broker_from_one_source_are_2()
    {
        Assert.Equal(
            "aetherscale-cli: --socket and --broker exclude each other: the daemon is asked by one of them\n",
            await RefusedAsync("--socket", "/s", "--broker", "amqp://127.0.0.1:1"));
        CliSandbox.Write(_cli.UserConfig, "[client]\nsocket = \"/s\"\nbroker = \"amqp://127.0.0.1:1\"\n");
        Assert.Contains($"{_cli.UserConfig}: [client] socket and broker exclude each other", await RefusedAsync());
        _cli.Variables[Variable] = "amqp://127.0.0.1:1";
        _cli.Variables["AETHERSCALE_SOCKET"] = "/s";
        Assert.Contains($"AETHERSCALE_SOCKET and {Variable} exclude each other", await RefusedAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("broker.example")]
    [InlineData("http://broker.example")]
    public async Task What_is_no_broker_s_URL_is_2_and_shown_one(string url) =>
        Assert.StartsWith("aetherscale-cli: --broker must be a URL such as amqp://", await RefusedAsync("--broker", url), StringComparison.Ordinal);

    [Fact]
    public async Task A_password_in_argv_or_in_settings_that_others_can_read_is_refused_and_never_shown()
    {
        var byOption = await RefusedAsync("--broker", "amqp://u:hunter2@127.0.0.1:1");
        CliSandbox.Write(_cli.UserConfig, "[client]\nbroker = \"amqp://u:hunter2@127.0.0.1:1\"\n");
        File.SetUnixFileMode(_cli.UserConfig, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var bySettings = await RefusedAsync();

        Assert.StartsWith("aetherscale-cli: --broker must not hold a password", byOption, StringComparison.Ordinal);
        Assert.StartsWith($"aetherscale-cli: [client] broker in {_cli.UserConfig} must not hold a password", bySettings, StringComparison.Ordinal);
        Assert.All((string[])[byOption, bySettings], error =>
        {
            Assert.Contains($"[client] broker-credentials-file of {_cli.UserConfig}", error);
            Assert.Contains(CredentialsVariable, error);
            Assert.DoesNotContain("hunter2", error);
        });
    }

    [Fact]
    public async Task A_password_in_settings_that_nobody_else_can_read_is_taken()
    {
        CliSandbox.Write(_cli.UserConfig, "[client]\nbroker = \"amqp://u:hunter2@127.0.0.1:1/v\"\n");
        File.SetUnixFileMode(_cli.UserConfig, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(("v", $"[client] broker in {_cli.UserConfig}"), await TriedAsync());
    }

    [Fact]
    public async Task A_password_in_the_variable_is_taken_and_never_shown()
    {
        _cli.Variables[Variable] = "amqp://u:hunter2@127.0.0.1:1/v";
        var result = await _cli.RunAsync("list-vms");
        Assert.Equal((3, ""), (result.Code, result.Out));
        Assert.StartsWith("aetherscale-cli: the broker amqp://127.0.0.1:1/v cannot be reached: nobody listens there\n", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error);
    }

    [Fact]
    public async Task Of_a_cluster_each_node_is_tried_and_each_failure_is_told()
    {
        _cli.Variables[Variable] = "amqp://u:hunter2@127.0.0.1:1/v,amqp://u:hunter2@localhost:1/v";
        var result = await _cli.RunAsync("list-vms");
        Assert.Equal((3, ""), (result.Code, result.Out));
        Assert.Equal(
            "aetherscale-cli: the broker amqp://127.0.0.1:1/v cannot be reached: nobody listens there; "
            + "the broker amqp://localhost:1/v cannot be reached: nobody listens there\n"
            + "  Check that RabbitMQ runs there, and that nothing between keeps you out.\n"
            + $"  The broker is named by {Variable}.\n",
            result.Error);
    }

    [Fact]
    public async Task Nodes_of_several_brokers_are_2() => Assert.Equal(
        "aetherscale-cli: --broker must name the same virtual host in each of its URLs: they are the nodes of one broker\n",
        await RefusedAsync("--broker", "amqp://127.0.0.1:1/a,amqp://127.0.0.1:1/b"));

    [Fact]
    public async Task Credentials_that_cannot_be_used_are_2_and_never_shown()
    {
        var file = Path.Join(_cli.Root, "credentials");
        CliSandbox.Write(_cli.UserConfig, $"[client]\nbroker = \"amqp://127.0.0.1:1\"\nbroker-credentials-file = \"{file}\"\n");
        var missing = await RefusedAsync();
        CliSandbox.Write(file, "hunter2");
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        var wrong = await RefusedAsync();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var open = await RefusedAsync();
        _cli.Variables[CredentialsVariable] = "hunter2";
        var noPath = await RefusedAsync();

        Assert.Contains($"[client] broker-credentials-file in {_cli.UserConfig}", missing);
        Assert.Contains($"{file} must hold one line: user:password", wrong);
        Assert.Contains($"chmod 600 {file}", open);
        Assert.Contains($"{CredentialsVariable} must be the absolute path of a file", noPath);
        Assert.All((string[])[missing, wrong, open, noPath], error => Assert.DoesNotContain("hunter2", error));
    }

    [Fact]
    public async Task What_accepts_and_says_nothing_is_given_up_with_3()
    {
        var time = new FakeTimeProvider();
        _cli.Time = time;
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();

        var run = _cli.RunAsync("list-vms", "--broker", $"amqp://{deaf.LocalEndpoint}");
        using var accepted = await deaf.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(5));
        var result = await run;

        Assert.Equal((3, ""), (result.Code, result.Out));
        Assert.StartsWith($"aetherscale-cli: the broker amqp://{deaf.LocalEndpoint} cannot be reached: it does not answer\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_speaks_something_else_is_told_so()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var run = _cli.RunAsync("list-vms", "--broker", $"amqp://{other.LocalEndpoint}");
        using var accepted = await other.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await accepted.GetStream().WriteAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var result = await run;

        Assert.Equal(3, result.Code);
        Assert.Contains("what listens there does not speak AMQP 0-9-1", result.Error);
    }

    private static string Settings(string virtualHost) => $"[client]\nbroker = \"amqp://127.0.0.1:1/{virtualHost}\"\n";

    private async Task<string> RefusedAsync(params string[] options)
    {
        var result = await _cli.RunAsync(["list-vms", .. options]);
        Assert.Equal((2, ""), (result.Code, result.Out));
        return result.Error;
    }

    /// <summary>The virtual host that was tried, and what named it.</summary>
    private async Task<(string VirtualHost, string NamedBy)> TriedAsync(params string[] options)
    {
        var result = await _cli.RunAsync(["list-vms", .. options]);
        Assert.Equal(3, result.Code);
        return (Between(result.Error, "amqp://127.0.0.1:1/", " "), Between(result.Error, "The broker is named by ", ".\n"));
    }

    private static string Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return text[start..text.IndexOf(after, start, StringComparison.Ordinal)];
    }
}
