using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Access;

/// <summary>A daemon with the images of real Debians, and a user of it with an ssh key of their own in the usual place.</summary>
public sealed class DebianGuests : IAsyncLifetime
{
    public const string Name = "real Debians";

    // Emulated, a Debian takes a minute or two to boot, and more where other tests run.
    private const double BootSeconds = 600;

    private readonly TemporaryFolder _home = new();
    private readonly Broker _broker = new();
    private Process? _agent;

    internal TestHost Host { get; private set; } = null!;

    internal string BrokerUrl => _broker.UrlOf("v1");

    public async ValueTask InitializeAsync()
    {
        await _broker.InitializeAsync();
        var settings = new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = BrokerUrl, ["AETHERSCALE_DEFAULT_MEMORY_MIB"] = "512" };
        Host = await TestHost.StartAsync(settings, "debian-12", "bare-12", "bare-13");
        await Host.WaitForBrokerAsync();
        await MakeKeyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _broker.DisposeAsync();
        _agent?.Kill();
        _agent?.Dispose();
        _home.Dispose();
    }

    /// <summary>Runs the CLI as that user.</summary>
    internal Task<ToolResult> CliAsync(params string[] arguments) => CliAsync(arguments, null);

    internal Task<ToolResult> CliAsync(string[] arguments, string? input) => ToolAsync($"{TestEnvironment.Programs}/aetherscale-cli", arguments, input);

    /// <summary>Runs another program as that user.</summary>
    internal Task<ToolResult> ToolAsync(string program, string[] arguments, string? input = null) => Tool.RunAsync(
        program,
        arguments,
        new Dictionary<string, string>(Host.Settings) { ["HOME"] = _home.Path, ["SSH_AUTH_SOCK"] = $"{_home.Path}/agent" },
        input);

    internal string Write(string name, string content)
    {
        File.WriteAllText($"{_home.Path}/{name}", content);
        return $"{_home.Path}/{name}";
    }

    /// <summary>Makes a VM and waits until one can log in.</summary>
    /// <returns>Its id.</returns>
    internal async Task<string> CreateAsync(string image, string name, params string[] more)
    {
        var vm = (await CliAsync(["create-vm", "--quiet", "--image", image, "--name", name, .. more])).Succeeded().Output.Trim();
        await WaitAsync(name);
        return vm;
    }

    /// <summary>Waits until the VM's ssh server and its agent answer.</summary>
    internal async Task WaitAsync(string name)
    {
        foreach (var goal in (string[])["ssh", "agent"])
        {
            await Wait.UntilAsync(
                $"{name} has {goal}", async () => (await CliAsync("wait-vm", name, "--for", goal, "--timeout", "120")).ExitCode == 0, BootSeconds);
        }
    }

    // ssh looks for keys in the account's home, whatever HOME says; an agent it finds everywhere.
    private async Task MakeKeyAsync()
    {
        var key = Directory.CreateDirectory($"{_home.Path}/.ssh").FullName + "/id_ed25519";
        (await Tool.RunAsync("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)).Succeeded();
        var socket = $"{_home.Path}/agent";
        _agent = Process.Start("/usr/bin/ssh-agent", ["-D", "-a", socket]);
        await Wait.UntilAsync("the ssh agent listens", () => File.Exists(socket));
        (await Tool.RunAsync("/usr/bin/ssh-add", ["-q", key], new Dictionary<string, string> { ["SSH_AUTH_SOCK"] = socket })).Succeeded();
    }
}

/// <summary>Nothing runs beside them: emulated, a Debian needs all of a small machine.</summary>
[CollectionDefinition(DebianGuests.Name, DisableParallelization = true)]
public sealed class Debians : ICollectionFixture<DebianGuests>;
