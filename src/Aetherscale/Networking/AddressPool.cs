using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Networking;

/// <summary>
/// Which addresses of a network are taken. An address that was given back is given out again as late as possible, for the
/// sake of everyone who remembers who had it.
/// </summary>
internal sealed class AddressPool(string network, Subnet subnet)
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _taken = [];
    private int _last = Subnet.FirstHost - 1;

    /// <summary>What the host numbers stand for.</summary>
    public Subnet Subnet { get; } = subnet;

    /// <summary>Takes the next free host number.</summary>
    /// <exception cref="AetherscaleException"><c>network-unavailable</c>: all are taken.</exception>
    public int Take()
    {
        lock (_gate)
        {
            var hosts = Subnet.LastHost - Subnet.FirstHost + 1;
            for (var tries = 0; tries < hosts; tries++)
            {
                _last = _last >= Subnet.LastHost ? Subnet.FirstHost : _last + 1;
                if (_taken.Add(_last))
                {
                    return _last;
                }
            }
        }

        throw new AetherscaleException(
            NetworkUnavailable, $"Network \"{network}\" has no free address left in {Subnet.Network}; delete VMs that are not needed.");
    }

    /// <summary>Notes that a VM has this address already.</summary>
    public void Note(string address)
    {
        if (Subnet.HostOf(address) is { } host)
        {
            lock (_gate)
            {
                _taken.Add(host);
                _last = Math.Max(_last, host);
            }
        }
    }

    public void GiveBack(string address)
    {
        if (Subnet.HostOf(address) is { } host)
        {
            lock (_gate)
            {
                _taken.Remove(host);
            }
        }
    }
}
