using Aetherscale.Contract;

namespace Aetherscale.Cli.Output;

internal static class ExecutionInfoExtensions
{
    /// <summary>The daemon's error: its reason, its code, and after a fault the id to look it up by.</summary>
    public static string Describe(this ExecutionInfo info, string? requestId = null)
    {
        var code = info.Code ?? "no code";
        return info.Code == ErrorCodes.InternalError
            ? $"{info.Reason ?? "internal error"} ({code}, request {info.RequestId ?? requestId ?? "unknown"})"
            : $"{info.Reason ?? "the daemon gave no reason"} ({code})";
    }
}
