namespace Aetherscale.Messaging;

internal static partial class MessagingLog
{
    [LoggerMessage(LogLevel.Information, "Takes commands from the broker {Broker}, user {User}, queues {Queues}")]
    public static partial void Connected(ILogger logger, string broker, string user, string queues);

    [LoggerMessage(LogLevel.Warning, "No way to the broker {Broker}: {Reason}. Trying again and again; the socket answers meanwhile")]
    public static partial void Unreachable(ILogger logger, string broker, string reason);

    [LoggerMessage(LogLevel.Warning, "Lost the broker {Broker}: {Reason}. Trying again and again; the socket answers meanwhile")]
    public static partial void Lost(ILogger logger, string broker, string reason);

    [LoggerMessage(LogLevel.Error, "A message in {Queue} cannot be read ({Reason}); it was dropped, and whoever sent it gets no reply")]
    public static partial void Poison(ILogger logger, string queue, string reason);

    [LoggerMessage(LogLevel.Debug, "What is behind it")]
    public static partial void Cause(ILogger logger, Exception cause);

    [LoggerMessage(LogLevel.Warning, "{Name} is on the broker already, declared otherwise than here; it is used as it is ({Reason})")]
    public static partial void TakenAsItIs(ILogger logger, string name, string reason);

    [LoggerMessage(LogLevel.Debug, "The reply for {Requester} could not be delivered: {Reason}")]
    public static partial void ReplyDropped(ILogger logger, string requester, string reason);

    [LoggerMessage(LogLevel.Warning, "The reply for {Requester} is lost: the connection was, each time that it was sent: {Reason}")]
    public static partial void ReplyLost(ILogger logger, string requester, string reason);

    [LoggerMessage(LogLevel.Information, "{Requester}: delivered again while its first delivery was under way or done; not run twice")]
    public static partial void TakenOver(ILogger logger, string requester);

    [LoggerMessage(LogLevel.Information, "{Requester}: acknowledged after {Minutes} minutes, before it is done")]
    public static partial void TakesLong(ILogger logger, string requester, double minutes);

    [LoggerMessage(LogLevel.Error, "A message from {Requester} could not be dealt with")]
    public static partial void Failed(ILogger logger, Exception error, string requester);
}
