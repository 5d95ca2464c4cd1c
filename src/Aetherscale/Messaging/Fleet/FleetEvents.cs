namespace Aetherscale.Messaging.Fleet;

/// <summary>Routing keys of events of hosts; those of VMs are <c>vm.HOST.ID.EVENT</c>.</summary>
internal static class FleetEvents
{
    /// <summary>The host is there: said when it has come, and once a minute.</summary>
    public const string Here = "here";

    /// <summary>The host was removed from the fleet.</summary>
    public const string Forgotten = "forgotten";

    public static string Key(string host, string what) => $"host.{host}.{what}";

    /// <summary>Host and event of a key, which both may have dots; null where it is another's.</summary>
    public static (string Host, string What)? Read(string key) =>
        key.StartsWith("host.", StringComparison.Ordinal) && key.LastIndexOf('.') is > 5 and var dot ? (key[5..dot], key[(dot + 1)..]) : null;
}
