namespace Aetherscale.Messaging.Fleet;

internal static partial class FleetLog
{
    [LoggerMessage(LogLevel.Warning, "The fleet's {What} failed; the next connection to the broker begins it anew")]
    public static partial void Failed(ILogger logger, Exception error, string what);

    [LoggerMessage(LogLevel.Warning, "VM {Id}: its name {Name} belongs to a VM on another host; for the fleet it has only its id")]
    public static partial void NameTaken(ILogger logger, string id, string name);

    [LoggerMessage(LogLevel.Warning, "VM {Id}: the fleet does not know its name {Name} yet; it is tried again in {Seconds} s: {Reason}")]
    public static partial void NameLater(ILogger logger, string id, string name, double seconds, string reason);

    [LoggerMessage(LogLevel.Warning, "The others will not know which VMs are here when this host is away: {Reason}")]
    public static partial void NoInventory(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "A message from {Requester} is not carried out, and put aside in {Queue}: {Reason}")]
    public static partial void PutAside(ILogger logger, string requester, string queue, string reason);

    [LoggerMessage(LogLevel.Information, "{Command} from {Requester}: expired in the broker, and is not begun any more (request {RequestId}): {Why}")]
    public static partial void Expired(ILogger logger, string command, string requester, string requestId, string why);
}
