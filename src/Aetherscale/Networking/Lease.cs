namespace Aetherscale.Networking;

/// <summary>A VM's place in a network.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Mac">Of the VM's card.</param>
/// <param name="Address">IPv4; null on a bridge, where others give addresses.</param>
internal sealed record Lease(string Network, string Mac, string? Address);
