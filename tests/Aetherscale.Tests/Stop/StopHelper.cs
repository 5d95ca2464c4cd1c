using System.Diagnostics;

namespace Aetherscale.Tests.Stop;

/// <summary>Runs the built <c>aetherscale-stop</c>, as a unit's ExecStop does.</summary>
internal static class StopHelper
{
    public static async Task<(int Code, string Error)> RunAsync(params string[] arguments)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var program = Path.Join(AppContext.BaseDirectory, "aetherscale-stop");
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, error.Trim());
    }
}
