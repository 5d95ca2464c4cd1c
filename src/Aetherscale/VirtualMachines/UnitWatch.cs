using System.Threading.Channels;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Waits for the end of one unit's run. A signal that tells of an end may be older than the run, so it is only a reason to
/// ask; one that tells of no end is none, for what comes later tells of itself.
/// </summary>
internal sealed class UnitWatch : IDisposable
{
    private readonly SystemdManager _systemd;
    private readonly string _unit;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>To be made before the unit is started or told to end: what comes after that is not missed.</summary>
    public UnitWatch(SystemdManager systemd, string unit)
    {
        _systemd = systemd;
        _unit = unit;
        _systemd.UnitChanged += OnChanged;
        _systemd.Reconnected += OnReconnected;
    }

    /// <summary>What systemd told last of the unit; null when that was nothing, or before a connection that was lost.</summary>
    public UnitActiveState? LastHeard { get; private set; }

    /// <summary>Whether the unit's main process runs, or is on its way up or down.</summary>
    public static bool IsUp(UnitState? unit) => unit is not null && IsUp(unit.ActiveState, unit.SubState);

    /// <inheritdoc cref="IsUp(UnitState?)"/>
    public static bool IsUp(UnitActiveState active, UnitSubState sub) =>
        active is not (UnitActiveState.Failed or UnitActiveState.Inactive)
        && sub is not (UnitSubState.AutoRestart or UnitSubState.AutoRestartQueued);

    /// <summary>Returns when the main process is gone: crashed, waiting for a restart, or down.</summary>
    /// <returns>The unit as it was then; null when systemd has forgotten it, as it does with one that ended well.</returns>
    public async Task<UnitState?> WaitForEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changes.Reader.ReadAsync(cancellationToken);
            var unit = await _systemd.GetStateAsync(_unit, cancellationToken);
            if (!IsUp(unit))
            {
                return unit;
            }
        }
    }

    /// <summary>Returns when systemd has told of an end, or may have.</summary>
    public async Task WaitForSignAsync(CancellationToken cancellationToken) => await _changes.Reader.ReadAsync(cancellationToken);

    public void Dispose()
    {
        _systemd.UnitChanged -= OnChanged;
        _systemd.Reconnected -= OnReconnected;
    }

    private void OnChanged(UnitChange change)
    {
        if (change.Unit != _unit)
        {
            return;
        }

        LastHeard = change.ActiveState;

        // A unit that is down and has a job has not begun yet, or tells of its end once more when the job is over.
        if (!IsUp(change.ActiveState, change.SubState) && change is not { ActiveState: UnitActiveState.Inactive, HasJob: true })
        {
            AskAgain();
        }
    }

    private void OnReconnected()
    {
        LastHeard = null;
        AskAgain();
    }

    private void AskAgain() => _changes.Writer.TryWrite(true);
}
