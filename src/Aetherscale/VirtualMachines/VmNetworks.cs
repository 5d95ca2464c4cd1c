using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Aetherscale.Files;
using Aetherscale.Networking;
using Aetherscale.Systemd;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>The VMs' places in networks, and the networks' units. New VMs join the default network.</summary>
internal sealed class VmNetworks(
    NetworkStore networks, OwnUnits own, DataFolder data, string defaultNetwork, VmUser? user) : IDisposable
{
    // The router's user may be another; the folder above keeps everybody else out.
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const int MaxNamespaceBytes = 64;

    private readonly ConcurrentDictionary<string, AddressPool> _pools = new();
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private readonly ConcurrentDictionary<string, bool> _prepared = new();

    public IReadOnlyList<string> UnitsOf(string network)
    {
        var name = networks.PathsOf(network).Name;
        return networks.BridgeOf(network) is null
            ? [NetworkUnits.SwitchOf(name), NetworkUnits.RouterOf(name), NetworkUnits.UplinkOf(name)]
            : [NetworkUnits.SwitchOf(name), NetworkUnits.BridgeOf(name)];
    }

    /// <summary>The unit that a VM's own unit wants; it brings the others along.</summary>
    public string SwitchUnitOf(string network) => NetworkUnits.SwitchOf(networks.PathsOf(network).Name);

    /// <summary>Whether this is the switch of a network that VMs here have joined.</summary>
    public bool IsSwitch(string unit) => _pools.Keys.Any(network => SwitchUnitOf(network) == unit);

    public string SwitchFolderOf(string network) => networks.PathsOf(network).SwitchFolder;

    public string SwitchSocketOf(string network) => networks.PathsOf(network).SwitchSocket;

    /// <summary>
    /// Notes which addresses the VMs have, and sets their names right; to be called before the first <see cref="Lease"/>.
    /// </summary>
    /// <exception cref="AetherscaleException"><c>network-unavailable</c>: the default network's file is unreadable.</exception>
    public void Load(IReadOnlyList<Vm> vms)
    {
        var paths = networks.PathsOf(defaultNetwork);
        NameFolder.Prepare(paths);
        NameFolder.RemoveUnfinished(paths);
        var pool = PoolOf(defaultNetwork);
        var ids = vms.Select(vm => vm.Id.ToString()).ToHashSet();
        var known = NameFolder.List(paths).ToDictionary(id => id, id => NameFolder.AddressOf(paths, id));
        foreach (var (id, address) in known)
        {
            if (ids.Contains(id))
            {
                // Also that of a VM whose spec can no longer be read, and whose QEMU may run.
                pool.Note(address ?? "");
            }
            else
            {
                NameFolder.Remove(paths, id);
            }
        }

        var existing = vms.Select(vm => vm.Spec?.Network).OfType<string>().Distinct().Where(networks.Exists).ToHashSet();
        foreach (var vm in vms.Where(vm => vm.Spec?.Address is not null && existing.Contains(vm.Spec.Network)))
        {
            PoolOf(vm.Spec!.Network).Note(vm.Spec.Address!);
            var (id, own) = (vm.Id.ToString(), networks.PathsOf(vm.Spec.Network));
            if ((vm.Spec.Network == defaultNetwork ? known.GetValueOrDefault(id) : NameFolder.AddressOf(own, id)) != vm.Spec.Address)
            {
                NameFolder.Prepare(own);
                NameFolder.Add(own, id, vm.Spec.Address!, vm.DisplayName);
            }
        }
    }

    /// <summary>Gives a new VM its address and MAC, and tells the network's DNS its name.</summary>
    /// <exception cref="AetherscaleException"><c>network-unavailable</c>: no address is free.</exception>
    public Lease Lease(VmId id, VmName? name)
    {
        if (networks.BridgeOf(defaultNetwork) is not null)
        {
            return new Lease(defaultNetwork, RandomMac(), null);
        }

        var pool = PoolOf(defaultNetwork);
        var host = pool.Take();
        var address = pool.Subnet.AddressOf(host);
        var lease = new Lease(defaultNetwork, pool.Subnet.MacOf(host), address);
        try
        {
            NameFolder.Add(networks.PathsOf(defaultNetwork), id.ToString(), address, name?.ToString() ?? id.ToString());
            return lease;
        }
        catch (IOException)
        {
            pool.GiveBack(address);
            throw;
        }
    }

    /// <summary>Takes a VM's place back. Once more does no harm: the VM's file among the names says whether it has one.</summary>
    public void Release(VmId id)
    {
        foreach (var network in _pools.Keys)
        {
            var paths = networks.PathsOf(network);
            if (NameFolder.AddressOf(paths, id.ToString()) is { } address)
            {
                NameFolder.Remove(paths, id.ToString());
                PoolOf(network).GiveBack(address);
            }
        }
    }

    /// <summary>Writes what the network's units and its router read, where it is missing or not what it should be.</summary>
    public async Task PrepareAsync(string network, CancellationToken cancellationToken)
    {
        if (_prepared.ContainsKey(network))
        {
            return;
        }

        // Many VMs may be made at once, and all need the same files.
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            if (!_prepared.ContainsKey(network))
            {
                await WriteAsync(network, cancellationToken);
                _prepared[network] = true;
            }
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>The command that carries bytes between its standard streams and a port of the guest.</summary>
    /// <exception cref="AetherscaleException"><c>network-unavailable</c>: the network's router does not run.</exception>
    public (string Program, IReadOnlyList<string> Arguments) ConnectCommand(VmSpec spec, int port)
    {
        if (spec.Address is not { } address)
        {
            throw new AetherscaleException(
                NetworkUnavailable,
                $"VM \"{spec.Name ?? spec.VmId}\" is on the host's bridge {networks.BridgeOf(spec.Network)}, where others give addresses: reach it there, or by exec-vm.");
        }

        var path = networks.PathsOf(spec.Network).NamespaceFile;
        try
        {
            var text = System.Text.Encoding.ASCII.GetString(FileEnd.Read(path, MaxNamespaceBytes));
            return int.TryParse(text.AsSpan(text.IndexOf('=') + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                ? NetworkCommands.Connect(pid, address, port)
                : throw new AetherscaleException(NetworkUnavailable, $"{path} holds no process id.");
        }
        catch (IOException error)
        {
            throw new AetherscaleException(
                NetworkUnavailable,
                $"The router of network \"{spec.Network}\" does not run; see: {own.Scope.Systemctl()} status {UnitsOf(spec.Network)[1]}",
                error);
        }
    }

    private async Task WriteAsync(string network, CancellationToken cancellationToken)
    {
        var paths = networks.PathsOf(network);
        var subnet = networks.SubnetOf(network);
        NameFolder.Prepare(paths);
        WriteIfChanged(paths.RouterScript, RouterFiles.Script);
        WriteIfChanged(paths.Addresses, RouterFiles.Addresses(subnet));
        WriteIfChanged(paths.Filter, RouterFiles.Filter(subnet));
        WriteIfChanged(paths.Leases, RouterFiles.Leases(subnet));
        WriteIfChanged(paths.DnsmasqConfiguration, RouterFiles.Dnsmasq(paths.Name, subnet));
        var units = NetworkUnits.Render(paths, data.Path, user, networks.BridgeOf(network));
        foreach (var (unit, text) in units)
        {
            own.Write(unit, text);
        }

        foreach (var (unit, _) in units)
        {
            await own.RefreshAsync(unit, cancellationToken);
        }
    }

    public void Dispose() => _preparing.Dispose();

    /// <summary>One that QEMU's makers have for their users to choose.</summary>
    private static string RandomMac() =>
        "52:54:00:" + string.Join(':', RandomNumberGenerator.GetBytes(3).Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));

    private AddressPool PoolOf(string network) =>
        _pools.GetOrAdd(network, name => new AddressPool(name, networks.SubnetOf(name)));

    private static void WriteIfChanged(string path, string text)
    {
        var content = System.Text.Encoding.UTF8.GetBytes(text);
        if (FileStatus.Of(path) is null || !StateFile.Read(path).AsSpan().SequenceEqual(content))
        {
            DurableFile.Replace(path, content, FileMode);
        }
    }
}
