namespace Aetherscale.VirtualMachines.History;

internal static partial class HistoryLog
{
    [LoggerMessage("VM {Vm} {Event}: {Text} (cause {Cause}, command {Command}, user {User}, request {RequestId})")]
    public static partial void Happened(
        ILogger logger, LogLevel level, VmId vm, string @event, string text, string cause, string? command, string? user, string? requestId);

    [LoggerMessage(LogLevel.Warning, "The history {Path} could not be written")]
    public static partial void NotWritten(ILogger logger, Exception error, string path);

    [LoggerMessage(LogLevel.Error, "What happened to VM {Vm} could not be worked out")]
    public static partial void NotDerived(ILogger logger, Exception error, VmId vm);
}
