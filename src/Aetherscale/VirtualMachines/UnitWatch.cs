using System.Threading.Channels;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Waits for the end of one unit's run. systemd's signals may be older than what it answers, so each is only a reason to
/// ask again.
/// </summary>
internal sealed class UnitWatch : IDisposable
{
    private readonly SystemdManager _systemd;
    private readonly string _unit;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public UnitWatch(SystemdManager systemd, string unit)
    {
        _systemd = systemd;
        _unit = unit;
        _systemd.UnitChanged += OnChanged;
    }

    /// <summary>Whether the unit's main process runs, or is on its way up or down.</summary>
    public static bool IsUp(UnitProperties? unit) => unit is not
        (null
        or { ActiveState: UnitActiveState.Failed or UnitActiveState.Inactive }
        or { SubState: UnitSubState.AutoRestart or UnitSubState.AutoRestartQueued });

    /// <summary>Returns when the main process is gone: crashed, waiting for a restart, or down.</summary>
    /// <returns>The unit as it was then; null when systemd has forgotten it, as it does with one that ended well.</returns>
    public async Task<UnitProperties?> WaitForEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var unit = await _systemd.GetUnitAsync(_unit, cancellationToken);
            if (!IsUp(unit))
            {
                return unit;
            }

            await _changes.Reader.ReadAsync(cancellationToken);
        }
    }

    public void Dispose() => _systemd.UnitChanged -= OnChanged;

    private void OnChanged(UnitChange change)
    {
        if (change.Unit == _unit)
        {
            _changes.Writer.TryWrite(true);
        }
    }
}
