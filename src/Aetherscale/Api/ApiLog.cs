namespace Aetherscale.Api;

internal static partial class ApiLog
{
    [LoggerMessage(LogLevel.Warning, "Refused user {UserId} (process {ProcessId}): only the owner and root may use the socket")]
    public static partial void PeerRefused(ILogger logger, uint userId, int processId);

    [LoggerMessage(LogLevel.Information, "Listening on {Socket}")]
    public static partial void Listening(ILogger logger, string socket);
}
