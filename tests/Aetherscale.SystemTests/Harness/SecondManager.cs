using System.Security.Cryptography;

namespace Aetherscale.SystemTests.Harness;

/// <summary>A second user manager, for what would disturb all others: a service of the first one's, gone with the test.</summary>
internal sealed class SecondManager : IAsyncDisposable
{
    private readonly string _unit = $"aetherscale-test-manager-{RandomNumberGenerator.GetHexString(8, lowercase: true)}.service";
    private readonly TemporaryFolder _config = new();

    private SecondManager()
    {
    }

    public string RuntimeDirectory { get; } =
        $"{TestEnvironment.RuntimeDirectory}/second-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";

    public string UnitFolder => $"{_config.Path}/systemd/user";

    /// <summary>What leads programs to this manager.</summary>
    public Dictionary<string, string> Variables => new()
    {
        ["XDG_RUNTIME_DIR"] = RuntimeDirectory,
        ["XDG_CONFIG_HOME"] = _config.Path,
    };

    /// <param name="launcher">A program and its arguments that end in becoming the command after them.</param>
    public static async Task<SecondManager> StartAsync(params string[] launcher)
    {
        var manager = new SecondManager();
        Directory.CreateDirectory(manager.RuntimeDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await Tool.RunAsync(
            "/usr/bin/systemd-run",
            [
                "--user", "--quiet", "--collect", $"--unit={manager._unit}", "--property=Delegate=yes",
                .. manager.Variables.Select(variable => $"--setenv={variable.Key}={variable.Value}"),
                .. launcher, "/lib/systemd/systemd", "--user",
            ],
            new Dictionary<string, string>())).Succeeded();
        await Wait.UntilAsync("the second manager answers", async () => (await manager.SystemctlAsync("is-system-running")).ExitCode == 0);
        return manager;
    }

    public Task<ToolResult> SystemctlAsync(params string[] arguments) =>
        Tool.RunAsync("/usr/bin/systemctl", ["--user", .. arguments], Variables);

    /// <summary>One property of a unit, as <c>systemctl show</c> prints it.</summary>
    public async Task<string> PropertyAsync(string unit, string property) =>
        (await SystemctlAsync("show", "--value", "--property", property, unit)).Succeeded().Output.Trim();

    /// <summary>Sends a signal to the manager itself, and not to what it runs.</summary>
    public async Task SignalAsync(string signal) =>
        (await Systemctl.RunAsync("kill", "--kill-who=main", $"--signal={signal}", _unit)).Succeeded();

    public async ValueTask DisposeAsync()
    {
        await Systemctl.RunAsync("stop", _unit);

        // systemd's "inaccessible" folder in it is that to us, too; rm knows that it is empty.
        (await Tool.RunAsync("/usr/bin/rm", "-rf", RuntimeDirectory)).Succeeded();
        _config.Dispose();
    }
}
