namespace Aetherscale.Tests.Cli;

/// <summary>Replies as the daemon writes them.</summary>
internal static class Envelopes
{
    public const string TwoVms = """
        {"execution-info":{"status":"success","host":"h1"},"response":[{"vm-id":"abcdefgh","name":"web","status":"running","address":"10.76.0.2","image":"tiny","cpus":2,"memory":4096,"autostart":true},{"vm-id":"ygjpppvk","status":"stopped","address":"10.76.0.3","image":"tiny","cpus":1,"memory":512,"autostart":false}]}
        """;

    /// <summary>list-vms' answer of so many VMs.</summary>
    public static string Vms(int count) => Success($"[{string.Join(',', Enumerable.Range(0, count).Select(number =>
        $$"""{"vm-id":"vm{{number}}","name":"web-{{number}}","status":"stopped","cpus":1,"memory":512,"autostart":false}"""))}]");

    public static string Success(string response) =>
        """{"execution-info":{"status":"success","host":"h1"},"response":""" + response + "}";

    public static string Error(string code, string reason) =>
        $$$"""{"execution-info":{"status":"error","host":"h1","code":"{{{code}}}","reason":"{{{reason}}}"}}""";
}
