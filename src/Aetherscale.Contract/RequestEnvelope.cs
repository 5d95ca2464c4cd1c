using System.Text.Json;

namespace Aetherscale.Contract;

/// <summary>What a requester sends: <c>{"command": "stop-vm", "options": {…}, "request-id": "…"}</c>.</summary>
public sealed record RequestEnvelope
{
    /// <summary>One of <see cref="CommandNames"/>.</summary>
    public required string Command { get; init; }

    /// <summary>The command's options, an object; absent when there are none.</summary>
    public JsonElement? Options { get; init; }

    /// <summary>The requester's own id for this request; repeated in the reply and in the daemon's log.</summary>
    public string? RequestId { get; init; }

    /// <summary>The host of the fleet that is to carry it out; when absent, whoever has the VM, has room for it, or is asked.</summary>
    public string? Host { get; init; }

    /// <summary>After this instant the command is not begun any more.</summary>
    public DateTimeOffset? Deadline { get; init; }
}
