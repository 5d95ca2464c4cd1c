using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Aetherscale.Networking;

/// <summary>A network's IPv4 addresses: the first is the router's, the others are the VMs'.</summary>
internal sealed class Subnet
{
    private readonly uint _base;

    /// <param name="network">With a prefix length from 20, for the router reads a lease for each address when it starts, to 28.</param>
    public Subnet(IPNetwork network)
    {
        Network = network;
        _base = BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes());
    }

    public IPNetwork Network { get; }

    /// <summary>The router's host number.</summary>
    public const int RouterHost = 1;

    /// <summary>The first host number that a VM may have.</summary>
    public const int FirstHost = 2;

    /// <summary>The last one; the address after it is the broadcast address.</summary>
    public int LastHost => (1 << (32 - Network.PrefixLength)) - 2;

    public string Mask => new IPAddress(BinaryPrimitives.ReverseEndianness(uint.MaxValue << (32 - Network.PrefixLength))).ToString();

    public string AddressOf(int host)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, _base + (uint)host);
        return new IPAddress(bytes).ToString();
    }

    /// <summary>The host number of an address, or null when it is none of a VM's here.</summary>
    public int? HostOf(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed) || !Network.Contains(parsed))
        {
            return null;
        }

        var host = (int)(BinaryPrimitives.ReadUInt32BigEndian(parsed.GetAddressBytes()) - _base);
        return host >= FirstHost && host <= LastHost ? host : null;
    }

    /// <summary>
    /// The MAC address that goes with an address: 52:54 (locally administered) and the four bytes of the address. So a
    /// lease that a DHCP server still remembers can never be wrong: the same MAC always means the same address.
    /// </summary>
    public string MacOf(int host)
    {
        var address = _base + (uint)host;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"52:54:{address >> 24:x2}:{(address >> 16) & 0xff:x2}:{(address >> 8) & 0xff:x2}:{address & 0xff:x2}");
    }
}
