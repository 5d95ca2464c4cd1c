using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Sandbox;

/// <summary>
/// A second user manager, on a host that forbids user namespaces: it runs in a namespace below which none may be made, which is what
/// <c>user.max_user_namespaces=0</c> brings about on a whole host. A service of the first manager's, gone with the test.
/// </summary>
internal sealed class ManagerWithoutNamespaces : IAsyncDisposable
{
    private readonly string _unit = $"aetherscale-test-manager-{RandomNumberGenerator.GetHexString(8, lowercase: true)}.service";
    private readonly TemporaryFolder _config = new();

    private ManagerWithoutNamespaces()
    {
    }

    public string RuntimeDirectory { get; } =
        $"{TestEnvironment.RuntimeDirectory}/none-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";

    public string UnitFolder => $"{_config.Path}/systemd/user";

    /// <summary>What leads programs to this manager.</summary>
    public Dictionary<string, string> Variables => new()
    {
        ["XDG_RUNTIME_DIR"] = RuntimeDirectory,
        ["XDG_CONFIG_HOME"] = _config.Path,
    };

    public static async Task<ManagerWithoutNamespaces> StartAsync()
    {
        var manager = new ManagerWithoutNamespaces();
        Directory.CreateDirectory(manager.RuntimeDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await Tool.RunAsync(
            "/usr/bin/systemd-run",
            [
                "--user", "--quiet", "--collect", $"--unit={manager._unit}", "--property=Delegate=yes",
                .. manager.Variables.Select(variable => $"--setenv={variable.Key}={variable.Value}"),
                "/usr/bin/unshare", "--user", "--map-current-user", "--keep-caps",
                "/bin/sh", "-ec",
                "echo 0 > /proc/sys/user/max_user_namespaces; "
                + "exec setpriv --ambient-caps=-all --inh-caps=-all /lib/systemd/systemd --user",
            ],
            new Dictionary<string, string>())).Succeeded();
        await Wait.UntilAsync("the second manager answers", async () => (await manager.SystemctlAsync("is-system-running")).ExitCode == 0);
        return manager;
    }

    public Task<ToolResult> SystemctlAsync(params string[] arguments) =>
        Tool.RunAsync("/usr/bin/systemctl", ["--user", .. arguments], Variables);

    public async ValueTask DisposeAsync()
    {
        await Systemctl.RunAsync("stop", _unit);

        // systemd's "inaccessible" folder in it is that to us, too; rm knows that it is empty.
        (await Tool.RunAsync("/usr/bin/rm", "-rf", RuntimeDirectory)).Succeeded();
        _config.Dispose();
    }
}
