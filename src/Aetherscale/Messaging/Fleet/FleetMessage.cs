namespace Aetherscale.Messaging.Fleet;

/// <summary>What messages among hosts are, by their property <c>type</c>.</summary>
internal static class FleetMessage
{
    /// <summary>A request envelope, to be carried out.</summary>
    public const string Command = "command";

    /// <summary>To the holder of an id or a name: whether it has it still. The body is the id or name.</summary>
    public const string Probe = "probe";

    /// <summary>A host has taken the command and will answer its requester.</summary>
    public const string Receipt = "receipt";

    /// <summary>To hosts that are there: nothing but an answer is wanted.</summary>
    public const string Ping = "ping";

    /// <summary>From a host that has just come: which hosts others know. A JSON list of names comes back.</summary>
    public const string Hello = "hello";

    /// <summary>To all: whether one has carried out this request, of which a <see cref="Commands.RequestMark"/> tells. Its reply comes back.</summary>
    public const string Recall = "recall";

    /// <summary>The holder's answers to a probe.</summary>
    public const string Yes = "yes";

    /// <inheritdoc cref="Yes"/>
    public const string No = "no";
}
