using System.Security.Cryptography;
using System.Text;
using Aetherscale.Qemu;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Bus;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Finds out, once in the daemon's life, how much of the sandbox this host can make: it has systemd start a program in it, and looks
/// at the process. Disposal ends a probe that is under way, and leaves nothing of it.
/// </summary>
/// <param name="systemd">Starts the program.</param>
/// <param name="units">Units until the next boot: <c>$XDG_RUNTIME_DIR/systemd/user</c>.</param>
/// <param name="dataFolder">Tells this daemon's probe from others'.</param>
/// <param name="privateFolders">As in <see cref="VmUnitDescription"/>.</param>
/// <param name="user">As whom the program runs; null in user mode.</param>
/// <param name="time">For its patience with systemd.</param>
/// <param name="logger">For what the host lacks.</param>
internal sealed class SandboxProbe(
    SystemdManager systemd, UnitFolder units, string dataFolder, IReadOnlyList<string> privateFolders, VmUser? user, TimeProvider time, ILogger<SandboxProbe> logger)
    : IAsyncDisposable
{
    /// <summary>The program ends by itself, if the daemon dies before it has ended it.</summary>
    private static readonly string[] s_program = ["/bin/sleep", "10"];

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Not "aetherscale-…": nobody who looks for our units, we included, is to meet it.
    private readonly string _prefix =
        $"probe-aetherscale-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..12]}";

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private Task<SandboxFinding>? _finding;

    /// <summary>Begins the probe before anybody asks: who creates the first VM should not have to wait for it.</summary>
    public void Begin() => _ = FindAsync(_end.Token);

    /// <summary>What the host can; the first call begins the probe. One that failed is begun anew.</summary>
    /// <exception cref="AetherscaleException">systemd does not answer.</exception>
    public Task<SandboxFinding> FindAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_finding is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _finding = Task.Run(() => ProbeAsync(_end.Token), CancellationToken.None);
            }

            return _finding.WaitAsync(cancellationToken);
        }
    }

    /// <summary>In which form to write units. Without systemd nobody can tell; then in the full one.</summary>
    public async Task<SandboxForm> FormAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await FindAsync(cancellationToken)).Form;
        }
        catch (AetherscaleException)
        {
            return SandboxForm.Full;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await (_finding ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task<SandboxFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var finding = await FindStrongestAsync(cancellationToken);
            if (finding.Missing.Count == 0)
            {
                SandboxLog.Whole(logger);
            }
            else
            {
                SandboxLog.Missing(logger, string.Join(", ", finding.Missing), finding.Why ?? "");
            }

            return finding;
        }
        catch (AetherscaleException error)
        {
            SandboxLog.Unknown(logger, error.Message);
            throw;
        }
    }

    private async Task<SandboxFinding> FindStrongestAsync(CancellationToken cancellationToken)
    {
        string? why = null;
        foreach (var form in Enum.GetValues<SandboxForm>())
        {
            var (applied, failure) = await TryAsync(form, cancellationToken);
            if (applied is not null)
            {
                return new SandboxFinding(form, applied, why);
            }

            why ??= failure;
        }

        return new SandboxFinding(SandboxForm.NoNamespaces, [], why);
    }

    private async Task<(IReadOnlyList<string>? Applied, string? Failure)> TryAsync(SandboxForm form, CancellationToken cancellationToken)
    {
        var unit = $"{_prefix}-{(int)form}.service";
        units.Write(unit, Render(form));
        using var patience = new CancellationTokenSource(s_patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var result = await systemd.StartUnitAsync(unit, both.Token);
            var properties = await systemd.GetUnitAsync(unit, both.Token);
            return result == JobResult.Done && properties is { MainPid: > 0 and var pid }
                ? (ProcessSandbox.Around(pid), null)
                : (null, SandboxFailure.Describe(result, properties?.ExecMainStatus ?? 0));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AetherscaleException(SystemdUnavailable, $"systemd did not start a program within {s_patience.TotalSeconds} s.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, $"what stands around a process cannot be seen: {error.Message}");
        }
        finally
        {
            units.Remove(unit);
            await ForgetAsync(unit);
        }
    }

    /// <summary>Also when the daemon stops; but a systemd that hangs does not keep it from that.</summary>
    private async Task ForgetAsync(string unit)
    {
        using var patience = new CancellationTokenSource(s_patience, time);
        try
        {
            await systemd.StopUnitAsync(unit, patience.Token);
            await systemd.ResetFailedAsync(unit, patience.Token);
        }
        catch (AetherscaleException error) when (error.Is(SystemdErrors.NoSuchUnit))
        {
            // The daemon's end came before systemd had heard of it.
        }
        catch (Exception error) when (error is OperationCanceledException or AetherscaleException)
        {
            SandboxLog.Left(logger, error, unit);
        }
    }

    private string Render(SandboxForm form) => new UnitText()
        .Section("Unit")
        .Description("aetherscale looks what this host can enforce around a VM")
        .Section("Service")
        .Set("Type", "exec")
        .Command("ExecStart", s_program)
        .Set("LogLevelMax", "notice")
        .Confine(form, Accelerator.Tcg, privateFolders, user)
        .Build();
}

internal static partial class SandboxLog
{
    [LoggerMessage(LogLevel.Warning, "systemd was not told to forget {Unit}, which ends by itself")]
    public static partial void Left(ILogger logger, Exception error, string unit);

    [LoggerMessage(LogLevel.Information, "The sandbox around VMs is whole")]
    public static partial void Whole(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "The sandbox around VMs lacks, on this host: {Missing}. {Why}")]
    public static partial void Missing(ILogger logger, string missing, string why);

    [LoggerMessage(LogLevel.Warning, "The sandbox around VMs could not be tried: {Why}")]
    public static partial void Unknown(ILogger logger, string why);
}
