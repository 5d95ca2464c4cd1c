using System.Text.Json;

namespace Aetherscale.Contract;

/// <summary>What every command answers, whichever door it came in by.</summary>
public sealed record ReplyEnvelope
{
    /// <summary>How it went.</summary>
    public required ExecutionInfo ExecutionInfo { get; init; }

    /// <summary>The command's own answer; absent after an error.</summary>
    public JsonElement? Response { get; init; }
}

/// <summary>How a command went: <c>success</c>, or <c>error</c> with a code and a reason.</summary>
public sealed record ExecutionInfo
{
    /// <summary>The value of <see cref="Status"/> when the command was carried out.</summary>
    public const string Success = "success";

    /// <summary>The value of <see cref="Status"/> when it was not.</summary>
    public const string Error = "error";

    /// <summary><see cref="Success"/> or <see cref="Error"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The name of the host that answers.</summary>
    public string? Host { get; init; }

    /// <summary>Hosts of the fleet that did not answer in time; absent when all did.</summary>
    public IReadOnlyList<string>? Unanswered { get; init; }

    /// <summary>One of <see cref="ErrorCodes"/>; only after an error.</summary>
    public string? Code { get; init; }

    /// <summary>What is wrong and what to do about it, for a person; only after an error.</summary>
    public string? Reason { get; init; }

    /// <summary>The request's id, or one given by the daemon after an internal error.</summary>
    public string? RequestId { get; init; }
}
