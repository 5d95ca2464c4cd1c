using Aetherscale.Qemu;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Plugs running VMs in again when their switch was restarted: QEMU does not do it by itself, and the guest would be left
/// without a network.
/// </summary>
internal sealed class NetworkWatch : IDisposable
{
    private readonly SystemdManager _systemd;
    private readonly VmStore _store;
    private readonly VmMonitors _monitors;
    private readonly VmNetworks _networks;
    private readonly ILogger<NetworkWatch> _logger;

    public NetworkWatch(
        SystemdManager systemd, VmStore store, VmMonitors monitors, VmNetworks networks, ILogger<NetworkWatch> logger)
    {
        _systemd = systemd;
        _store = store;
        _monitors = monitors;
        _networks = networks;
        _logger = logger;
        _systemd.UnitChanged += OnUnitChanged;
    }

    public void Dispose() => _systemd.UnitChanged -= OnUnitChanged;

    private void OnUnitChanged(UnitChange change)
    {
        if (change.ActiveState != UnitActiveState.Active)
        {
            return;
        }

        foreach (var (id, client) in _monitors.Connected)
        {
            var network = _store.TryFind(id)?.Spec?.Network;
            if (network is not null && _networks.SwitchUnitOf(network) == change.Unit)
            {
                _ = ReplugAsync(id, client, network);
            }
        }
    }

    private async Task ReplugAsync(VmId id, QmpClient client, string network)
    {
        try
        {
            await client.ReplugNetworkAsync(_networks.SwitchSocketOf(network), CancellationToken.None);
            NetworkWatchLog.Replugged(_logger, id, network);
        }
        catch (Exception error) when (error is QmpException or TimeoutException)
        {
            NetworkWatchLog.NotReplugged(_logger, error, id, network);
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
