namespace Aetherscale.VirtualMachines;

internal static partial class MonitorLog
{
    [LoggerMessage(LogLevel.Trace, "No monitor of VM {Vm} yet: {Reason}")]
    public static partial void NotConnected(ILogger logger, VmId vm, string reason);

    [LoggerMessage(LogLevel.Information, "VM {Vm} powered itself off")]
    public static partial void PoweredOff(ILogger logger, VmId vm);

    [LoggerMessage(LogLevel.Warning, "systemd is back, but does not tell what runs")]
    public static partial void CatchUpFailed(ILogger logger, Exception error);

    [LoggerMessage(LogLevel.Error, "The power-off of VM {Vm} could not be followed up")]
    public static partial void PowerOffFailed(ILogger logger, Exception error, VmId vm);
}
