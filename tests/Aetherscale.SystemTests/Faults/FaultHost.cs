using System.Text.Json;
using Aetherscale.Files;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>A host whose daemon meets faults, and what can be seen of it afterwards.</summary>
internal sealed class FaultHost : IAsyncDisposable
{
    public const string Image = "polite";

    private readonly HashSet<string> _vms = [];

    private FaultHost(TestHost host, FaultTracer tracer) => (Host, Tracer) = (host, tracer);

    public TestHost Host { get; }

    public FaultTracer Tracer { get; }

    /// <summary>A host that has had a VM already: what only the first one makes is there.</summary>
    public static async Task<FaultHost> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var faults = await StartNewAsync(settings);
        await faults.Host.RunAsync("delete-vm", $$"""{"vm-id": "{{await faults.Host.CreateAsync(Image, """, "no-start": true""")}}"}""");
        return faults;
    }

    /// <summary>A host on which there has never been a VM.</summary>
    public static async Task<FaultHost> StartNewAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var tracer = await FaultTracer.CreateAsync();
        var host = TestHost.Prepare(settings ?? new Dictionary<string, string>(), Image);
        host.Launcher = tracer.LauncherFor(host);
        await host.StartDaemonAsync();
        return new FaultHost(host, tracer);
    }

    public static string Create(string requestId, bool noStart) =>
        $$$"""{"command": "create-vm", "request-id": "{{{requestId}}}", "options": {"image": "{{{Image}}}", "name": "web", "hostname": "web", "no-start": {{{(noStart ? "true" : "false")}}}}}""";

    public static string Delete(string requestId) =>
        $$$"""{"command": "delete-vm", "request-id": "{{{requestId}}}", "options": {"vm-id": "web"}}""";

    /// <summary>Sends a request that must succeed.</summary>
    /// <returns>The VM's id.</returns>
    public async Task<string> SucceedAsync(string request)
    {
        var reply = await Host.SendAsync(request);
        Assert.True(reply.TryGetProperty("response", out var response), $"{request}: {reply}\n{string.Join('\n', Tracer.Report)}\n{Host.Log}");
        var vm = response.GetProperty("vm-id").GetString()!;
        _vms.Add(vm);
        return vm;
    }

    public async Task<IReadOnlyList<JsonElement>> VmsAsync() => [.. (await Host.RunAsync("list-vms")).EnumerateArray()];

    /// <summary>All files of the daemon's but what it remembers of requests and of VMs' pasts: their paths, kinds and sizes.</summary>
    public IReadOnlyList<string> Files()
    {
        _vms.UnionWith(Tracer.Vms());
        var ours = Everything(Host.Data)
            .Where(path => !path.StartsWith($"{Host.Data}/requests", StringComparison.Ordinal) && !path.EndsWith("/history.jsonl", StringComparison.Ordinal));
        var units = Everything(TestEnvironment.UnitFolder)
            .Where(path => path.Contains(Host.Network, StringComparison.Ordinal) || _vms.Any(path.Contains));
        return [.. ours.Concat(units).Order(StringComparer.Ordinal).Select(Line)];
    }

    /// <summary>What is remembered of requests that have not been answered.</summary>
    public IReadOnlyList<string> OpenRequests() =>
        Directory.Exists($"{Host.Data}/requests") ? [.. Directory.GetFiles($"{Host.Data}/requests").Where(path => !path.EndsWith(".done", StringComparison.Ordinal))] : [];

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Tracer.Dispose();
    }

    private static IEnumerable<string> Everything(string folder) => Directory.EnumerateFileSystemEntries(
        folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None });

    private static string Line(string path) =>
        FileStatus.Of(path) is { } status ? $"{path} {status.Kind} {(status.Kind == FileKind.Regular ? status.Size : 0)}" : "";
}
