using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>Follows one unit's state from now on.</summary>
internal sealed class UnitWatch : IDisposable
{
    private readonly SystemdManager _systemd;
    private readonly string _unit;
    private readonly TaskCompletionSource<UnitChange> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UnitWatch(SystemdManager systemd, string unit)
    {
        _systemd = systemd;
        _unit = unit;
        _systemd.UnitChanged += OnChanged;
    }

    /// <summary>The change with which the unit's main process was gone: crashed, waiting for a restart, or down.</summary>
    public Task<UnitChange> Ended => _ended.Task;

    public void Dispose() => _systemd.UnitChanged -= OnChanged;

    /// <summary>Whether the unit's main process is gone with this change: down, failed, or waiting for a restart.</summary>
    public static bool IsDown(UnitChange change) =>
        change.ActiveState is UnitActiveState.Failed or UnitActiveState.Inactive
        || change.SubState is UnitSubState.AutoRestart or UnitSubState.AutoRestartQueued;

    private void OnChanged(UnitChange change)
    {
        if (change.Unit == _unit && IsDown(change))
        {
            _ended.TrySetResult(change);
        }
    }
}
