namespace Aetherscale.Api;

internal static partial class ApiLog
{
    [LoggerMessage(LogLevel.Warning, "Refused user {UserId} (process {ProcessId}): only the owner and root may use the socket")]
    public static partial void PeerRefused(ILogger logger, uint userId, int processId);

    [LoggerMessage(LogLevel.Warning, "A reader of {Path} is too slow, and is disconnected")]
    public static partial void ReaderTooSlow(ILogger logger, string path);

    [LoggerMessage(LogLevel.Information, "Listening on {Socket}")]
    public static partial void Listening(ILogger logger, string socket);
}
