using Aetherscale.Contract;

namespace Aetherscale.Cli.Transport;

/// <summary>What holds for every request of a command line, whichever way it goes.</summary>
/// <param name="Host">The host of the fleet that is to carry it out; null for whoever can.</param>
/// <param name="Deadline">When it is too late to begin; null where nobody says.</param>
internal sealed record Addressing(string? Host, DateTimeOffset? Deadline)
{
    /// <summary>Whoever can, whenever that is.</summary>
    public static Addressing None { get; } = new(null, null);

    public RequestEnvelope On(RequestEnvelope request) => request with { Host = Host, Deadline = Deadline };

    /// <summary>For streams that the socket carries: they are its own daemon's.</summary>
    /// <exception cref="CliException">Another host is asked for.</exception>
    public void RequireNoHost()
    {
        if (Host is not null)
        {
            throw new CliException(ExitCodes.Usage, "--host does not go with streams over a socket, which come from the daemon that is there; go by the broker: --broker URL");
        }
    }
}
