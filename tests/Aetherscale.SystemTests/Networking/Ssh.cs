using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Networking;

/// <summary>The ssh client as a user would type it, by the daemon's <c>connect</c>.</summary>
internal static class Ssh
{
    /// <summary>Runs a command in a guest as root; the tiny guest asks for no password.</summary>
    /// <param name="host">Where the guest runs.</param>
    /// <param name="vm">Its name.</param>
    /// <param name="command">For its shell.</param>
    /// <param name="input">What the command reads.</param>
    /// <param name="way">The CLI's options that say by which way the daemon is asked.</param>
    public static Task<ToolResult> RunAsync(TestHost host, string vm, string command, string? input = null, params string[] way) => Tool.RunAsync(
        "/usr/bin/ssh",
        [
            "-F", "none",
            "-o", "BatchMode=yes",
            "-o", "LogLevel=ERROR",
            "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null",
            "-o", "ConnectTimeout=5",
            "-o", "ServerAliveInterval=3",
            "-o", $"ProxyCommand={TestEnvironment.Programs}/aetherscale-cli {string.Join(' ', way)} connect %h %p",
            $"root@{vm}",
            command,
        ],
        host.Settings,
        input);

    /// <summary>Waits until a login works.</summary>
    public static Task WaitAsync(TestHost host, string vm, double seconds = 30) => Wait.UntilAsync(
        $"ssh into {vm} works", async () => (await RunAsync(host, vm, "true")).ExitCode == 0, seconds);
}
