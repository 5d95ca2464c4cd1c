using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Aetherscale.Files;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Networking;

/// <summary>The networks of this host, by their files.</summary>
internal sealed class NetworkStore(string networksFolder, string runtimeDirectory)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="AetherscaleException"><c>network-unavailable</c>: no network can have this name.</exception>
    public NetworkPaths PathsOf(string name) => NetworkName.TryParse(name, out var parsed)
        ? new NetworkPaths(networksFolder, runtimeDirectory, parsed)
        : throw new AetherscaleException(NetworkUnavailable, $"\"{name}\" is no network's name.");

    /// <summary>Whether the network has a file that can be read.</summary>
    public bool Exists(string name)
    {
        try
        {
            _ = SubnetOf(name);
            return true;
        }
        catch (AetherscaleException)
        {
            return false;
        }
    }

    /// <summary>Makes the network's file if there is none yet.</summary>
    public void Ensure(string name, string subnet, string? bridge)
    {
        var paths = PathsOf(name);
        if (FileStatus.Of(paths.Spec) is null)
        {
            var spec = new NetworkSpec { Format = NetworkSpec.CurrentFormat, Name = name, Subnet = subnet, Bridge = bridge };
            DurableFile.Replace(paths.Spec, JsonSerializer.SerializeToUtf8Bytes(spec, NetworkSpecJson.Default.NetworkSpec), Mode);
        }
    }

    /// <summary>The host's bridge that stands for a network's router; null without one.</summary>
    /// <exception cref="AetherscaleException"><c>network-unavailable</c>: its file is missing or unreadable.</exception>
    public string? BridgeOf(string name) => Read(name).Bridge;

    /// <summary>The addresses of a network that exists.</summary>
    /// <exception cref="AetherscaleException"><c>network-unavailable</c>: its file is missing or unreadable.</exception>
    public Subnet SubnetOf(string name) => Read(name).Subnet;

    private (Subnet Subnet, string? Bridge) Read(string name)
    {
        var path = PathsOf(name).Spec;
        try
        {
            var spec = JsonSerializer.Deserialize(StateFile.Read(path, Beneath.Name), NetworkSpecJson.Default.NetworkSpec);
            if (spec is { Format: NetworkSpec.CurrentFormat } && spec.Name == name && IPNetwork.TryParse(spec.Subnet, out var network)
                && network is { BaseAddress.AddressFamily: AddressFamily.InterNetwork, PrefixLength: >= 20 and <= 28 }
                && (spec.Bridge is null || InterfaceName.IsValid(spec.Bridge)))
            {
                return (new Subnet(network), spec.Bridge);
            }

            throw new AetherscaleException(NetworkUnavailable, $"{path} does not describe network \"{name}\"; mend or remove it.");
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new AetherscaleException(NetworkUnavailable, $"{path} is unreadable: {error.Message}", error);
        }
    }
}
