using System.Diagnostics;

namespace Aetherscale.SystemTests.Harness;

/// <summary>A CLI that runs beside the test.</summary>
internal static class CliProcess
{
    public static Process StartCli(this TestHost host, params string[] arguments)
    {
        var start = new ProcessStartInfo($"{TestEnvironment.Programs}/aetherscale-cli", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in host.Settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
