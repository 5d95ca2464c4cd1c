using System.Threading.Channels;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>Tells when one VM may be in another state: systemd, QEMU or its removal has said so.</summary>
internal sealed class VmWatch : IDisposable
{
    private readonly VmId _id;
    private readonly SystemdManager _systemd;
    private readonly VmMonitors _monitors;
    private readonly VmRemover _remover;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>To be made before the first look at the VM: what comes after that is not missed.</summary>
    public VmWatch(VmId id, SystemdManager systemd, VmMonitors monitors, VmRemover remover)
    {
        _id = id;
        _systemd = systemd;
        _monitors = monitors;
        _remover = remover;
        _systemd.UnitChanged += OnUnitChanged;
        _systemd.Reconnected += OnChanged;
        _monitors.Changed += OnChanged;
        _remover.Removed += OnChanged;
    }

    /// <summary>Returns when something has changed since the last time.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _changes.Reader.ReadAsync(cancellationToken);

    public void Dispose()
    {
        _systemd.UnitChanged -= OnUnitChanged;
        _systemd.Reconnected -= OnChanged;
        _monitors.Changed -= OnChanged;
        _remover.Removed -= OnChanged;
    }

    private void OnUnitChanged(UnitChange change)
    {
        if (change.Unit == VmUnit.NameOf(_id))
        {
            OnChanged();
        }
    }

    private void OnChanged(VmId id)
    {
        if (id == _id)
        {
            OnChanged();
        }
    }

    private void OnChanged() => _changes.Writer.TryWrite(true);
}
