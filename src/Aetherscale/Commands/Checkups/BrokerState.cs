using System.Collections.Concurrent;

namespace Aetherscale.Commands.Checkups;

/// <summary>How it stands with the broker, as the door to it last told.</summary>
/// <param name="addresses">The URLs of its nodes, without a password; none when no broker is set.</param>
internal sealed class BrokerState(IReadOnlyList<string> addresses)
{
    private readonly ConcurrentDictionary<string, string> _troubles = new();
    private volatile string? _reached;

    /// <summary>Whether there is to be one.</summary>
    public bool IsSet => addresses.Count > 0;

    /// <summary>Where commands come from; null when they do not.</summary>
    public string? Reached => _reached;

    /// <summary>Why no commands come from each of its nodes.</summary>
    public IEnumerable<(string Address, string Trouble)> Troubles =>
        addresses.Select(address => (address, _troubles.GetValueOrDefault(address, "it has not been reached yet")));

    /// <summary>Commands come from there.</summary>
    public void Reach(string address) => _reached = address;

    /// <summary>None come from there.</summary>
    public void Fail(string address, string why)
    {
        _troubles[address] = why;
        _reached = null;
    }
}
