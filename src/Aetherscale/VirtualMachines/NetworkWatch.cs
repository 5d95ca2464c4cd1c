using System.Threading.Channels;
using Aetherscale.Qemu;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Plugs running VMs into their switch again when it was restarted, or was not there when they started: QEMU does not do
/// it by itself, and the guest would be left without a network.
/// </summary>
internal sealed class NetworkWatch : IAsyncDisposable
{
    private readonly SystemdManager _systemd;
    private readonly VmStore _store;
    private readonly VmMonitors _monitors;
    private readonly VmNetworks _networks;
    private readonly ILogger<NetworkWatch> _logger;
    private readonly Channel<VmId> _toCheck = Channel.CreateUnbounded<VmId>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    /// <summary>The run of the switch that a VM was last plugged into by us.</summary>
    private readonly Dictionary<VmId, string> _plugged = [];

    public NetworkWatch(
        SystemdManager systemd, VmStore store, VmMonitors monitors, VmNetworks networks, ILogger<NetworkWatch> logger)
    {
        _systemd = systemd;
        _store = store;
        _monitors = monitors;
        _networks = networks;
        _logger = logger;
        _systemd.UnitChanged += OnUnitChanged;
        _systemd.Reconnected += CheckAll;
        _monitors.Connected += OnConnected;
        _loop = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _systemd.UnitChanged -= OnUnitChanged;
        _systemd.Reconnected -= CheckAll;
        _monitors.Connected -= OnConnected;
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private void OnConnected(VmId id) => _toCheck.Writer.TryWrite(id);

    private void OnUnitChanged(UnitChange change)
    {
        if (change.ActiveState == UnitActiveState.Active && _networks.IsSwitch(change.Unit))
        {
            CheckAll();
        }
    }

    private void CheckAll()
    {
        foreach (var id in _monitors.ConnectedVms)
        {
            OnConnected(id);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var id in _toCheck.Reader.ReadAllAsync(_stopping.Token))
            {
                await CheckAsync(id, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task CheckAsync(VmId id, CancellationToken cancellationToken)
    {
        if (_monitors.ClientOf(id) is not { } client || _store.TryFind(id)?.Spec is not { } spec)
        {
            _plugged.Remove(id);
            return;
        }

        try
        {
            var own = await _systemd.GetStateAsync(_networks.SwitchUnitOf(spec.Network), cancellationToken);
            var vm = await _systemd.GetStateAsync(VmUnit.NameOf(id), cancellationToken);
            if (own is { ActiveState: UnitActiveState.Active } && own.ActiveEnterTimestamp > vm?.ActiveEnterTimestamp
                && _plugged.GetValueOrDefault(id) != own.InvocationId)
            {
                await client.ReplugNetworkAsync(_networks.SwitchSocketOf(spec.Network), isShared: _systemd.Scope == SystemdScope.System, cancellationToken);
                _plugged[id] = own.InvocationId;
                NetworkWatchLog.Replugged(_logger, id, spec.Network);
            }
        }
        catch (Exception error) when (error is QmpException or TimeoutException or AetherscaleException)
        {
            NetworkWatchLog.NotReplugged(_logger, error, id, spec.Network);
        }
    }
}

internal static partial class NetworkWatchLog
{
    [LoggerMessage(LogLevel.Information, "VM {Vm} is on network {Network} again")]
    public static partial void Replugged(ILogger logger, VmId vm, string network);

    [LoggerMessage(LogLevel.Warning, "VM {Vm} could not be plugged into network {Network} again")]
    public static partial void NotReplugged(ILogger logger, Exception error, VmId vm, string network);
}
