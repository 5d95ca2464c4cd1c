using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// A real daemon with a state folder, a socket and a network of its own, in the user's real systemd. Disposal removes all
/// that it made.
/// </summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly string _id = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 7);
    private readonly Dictionary<string, string> _environment;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http;
    private readonly HostUnits _units;
    private Process? _daemon;

    private TestHost(IReadOnlyDictionary<string, string> settings)
    {
        Data = $"{TestEnvironment.StateHome}/aetherscale-tests/{_id}";
        Socket = $"{TestEnvironment.RuntimeDirectory}/aetherscale-tests/{_id}/api.sock";
        Network = "t" + _id;
        _environment = new Dictionary<string, string>
        {
            ["AETHERSCALE_DATA_FOLDER"] = Data,
            ["AETHERSCALE_SOCKET"] = Socket,
            ["AETHERSCALE_NETWORK"] = Network,
            ["AETHERSCALE_ACCELERATOR"] = "tcg",
            ["AETHERSCALE_DEFAULT_MEMORY_MIB"] = "128",
            ["AETHERSCALE_LOG_LEVEL"] = "debug",
        };
        foreach (var (name, value) in settings)
        {
            _environment[name] = value;
        }

        _http = UnixHttp.ClientOf(Socket);
        _units = new HostUnits(Data);
    }

    /// <summary>The state folder.</summary>
    public string Data { get; }

    /// <summary>The daemon's socket.</summary>
    public string Socket { get; }

    /// <summary>The name of the network that this host's VMs join.</summary>
    public string Network { get; }

    /// <summary>What the daemon wrote to its log so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Whether its daemon runs.</summary>
    public bool IsThere => _daemon is { HasExited: false };

    public int DaemonPid => _daemon!.Id;

    /// <summary>A program and its arguments that the daemon is started by, such as a tracer.</summary>
    public IReadOnlyList<string> Launcher { get; set; } = [];

    /// <summary>The <c>AETHERSCALE_…</c> variables by which the daemon and the CLI find all of this.</summary>
    public IReadOnlyDictionary<string, string> Settings => _environment;

    /// <param name="images">Images of <see cref="TestEnvironment.Images"/> to drop into the store.</param>
    public static Task<TestHost> StartAsync(params string[] images) => StartAsync(new Dictionary<string, string>(), images);

    /// <param name="settings">More <c>AETHERSCALE_…</c> variables for the daemon.</param>
    /// <param name="images">As above.</param>
    public static async Task<TestHost> StartAsync(IReadOnlyDictionary<string, string> settings, params string[] images)
    {
        var host = Prepare(settings, images);
        await host.StartDaemonAsync();
        return host;
    }

    /// <summary>The same without a daemon: for those who start it in a way of their own.</summary>
    public static TestHost Prepare(IReadOnlyDictionary<string, string> settings, params string[] images)
    {
        var host = new TestHost(settings);
        Directory.CreateDirectory($"{host.Data}/images");
        foreach (var image in images)
        {
            host.DropImage(image, image);
        }

        return host;
    }

    /// <summary>Puts a copy of a test image into the store, as a user would by hand.</summary>
    public void DropImage(string image, string name) =>
        File.Copy($"{TestEnvironment.Images}/{image}.qcow2", $"{Data}/images/{name}.qcow2");

    public async Task StartDaemonAsync()
    {
        // What it asks systemd of its own accord is over then: tests count its calls and compare the units that there are.
        const string Looked = "The sandbox around VMs";
        var before = Count(Looked);
        Assert.True(await TryStartDaemonAsync(), $"The daemon ended: {Log}");
        await Wait.UntilAsync("the daemon has tried the sandbox", () => Count(Looked) > before || _daemon!.HasExited);
    }

    /// <summary>Starts the daemon and waits until it answers.</summary>
    /// <returns>False when it ends instead.</returns>
    public async Task<bool> TryStartDaemonAsync()
    {
        string[] command = [.. Launcher, $"{TestEnvironment.Programs}/aetherscale", .. TestEnvironment.Daemon];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        _daemon = Process.Start(start)!;
        _daemon.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.AppendLine(line.Data);
            }
        };
        _daemon.BeginErrorReadLine();
        await Wait.UntilAsync(
            "the daemon answers",
            async () =>
            {
                try
                {
                    return _daemon.HasExited || (await SendAsync("""{"command": "list-vms"}""")).GetProperty("execution-info").GetProperty("status").GetString() == "success";
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            });
        return !_daemon.HasExited;
    }

    /// <summary>Posts a body to a daemon that may be killed over it.</summary>
    /// <returns>Null when it was.</returns>
    public async Task<JsonElement?> TrySendAsync(string body)
    {
        try
        {
            return await SendAsync(body);
        }
        catch (HttpRequestException)
        {
            await _daemon!.WaitForExitAsync();
            return null;
        }
    }

    /// <summary>SIGSTOP: the daemon has no time for anything, and nobody is told.</summary>
    public async Task FreezeDaemonAsync()
    {
        (await Tool.RunAsync("/bin/kill", "-STOP", $"{DaemonPid}")).Succeeded();

        // A thread that is running goes on until the kernel gets to it, and may answer meanwhile.
        await Wait.UntilAsync("all its threads stand still", () =>
            Directory.GetDirectories($"/proc/{DaemonPid}/task").All(thread => File.ReadAllText($"{thread}/stat").Split(") ")[^1].StartsWith('T')));
    }

    public async Task ThawDaemonAsync() => (await Tool.RunAsync("/bin/kill", "-CONT", $"{DaemonPid}")).Succeeded();

    /// <summary>kill -9: the daemon has no time for anything.</summary>
    public async Task KillDaemonAsync()
    {
        var launched = File.ReadAllText($"/proc/{_daemon!.Id}/task/{_daemon.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _daemon.Kill();
        await _daemon.WaitForExitAsync();

        // A tracer takes the daemon with it, a moment later.
        await Wait.UntilAsync("the daemon is gone with its launcher", () => Launcher.Count == 0 || !launched.Any(pid => File.Exists($"/proc/{pid}/exe")));
    }

    /// <summary>Waits until the daemon has been killed.</summary>
    public async Task WaitForDaemonsEndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _daemon!.WaitForExitAsync(patience.Token);
    }

    /// <summary>SIGTERM, as systemd stops it.</summary>
    public async Task StopDaemonAsync()
    {
        (await Tool.RunAsync("/bin/kill", "-TERM", $"{_daemon!.Id}")).Succeeded();
        await _daemon.WaitForExitAsync();
    }

    /// <summary>Runs the real CLI against this daemon.</summary>
    public Task<ToolResult> CliAsync(params string[] arguments) =>
        Tool.RunAsync($"{TestEnvironment.Programs}/aetherscale-cli", arguments, _environment);

    /// <summary>Posts bytes to the daemon as they are.</summary>
    /// <returns>The reply envelope.</returns>
    public async Task<JsonElement> SendAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        return (await PostAsync(content)).Reply;
    }

    /// <summary>Posts a body to the daemon as it is.</summary>
    /// <returns>The HTTP status and the reply envelope.</returns>
    public async Task<(int Status, JsonElement Reply)> PostAsync(HttpContent body)
    {
        using var reply = await _http.PostAsync("/v1/commands", body);
        using var document = JsonDocument.Parse(await reply.Content.ReadAsByteArrayAsync());
        return ((int)reply.StatusCode, document.RootElement.Clone());
    }

    public Task<JsonElement> SendAsync(string body) => SendAsync(Encoding.UTF8.GetBytes(body));

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>Its response.</returns>
    public async Task<JsonElement> RunAsync(string command, string options = "{}")
    {
        var reply = await SendAsync($$"""{"command": "{{command}}", "options": {{options}}}""");
        Assert.True(reply.GetProperty("execution-info").GetProperty("status").GetString() == "success", $"{command}: {reply}\n{Log}");
        return reply.GetProperty("response");
    }

    /// <summary>Runs a command that must be refused.</summary>
    /// <returns>The error's code and reason.</returns>
    public async Task<(string Code, string Reason)> RefusedAsync(string body)
    {
        var info = (await SendAsync(body)).GetProperty("execution-info");
        Assert.True(info.GetProperty("status").GetString() == "error", $"not refused: {body}");
        return (info.GetProperty("code").GetString()!, info.GetProperty("reason").GetString()!);
    }

    /// <returns>The new VM's id.</returns>
    public async Task<string> CreateAsync(string image, string more = "") =>
        (await RunAsync("create-vm", $$"""{"image": "{{image}}"{{more}}}""")).GetProperty("vm-id").GetString()!;

    /// <summary>Opens a stream of the daemon's; it has begun when this returns.</summary>
    public async Task<StreamReader> StreamAsync(string path)
    {
        var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The VM's status as list-vms tells it; null when it is not listed.</summary>
    public async Task<string?> StatusAsync(string vmId)
    {
        var vms = await RunAsync("list-vms");
        var vm = vms.EnumerateArray().FirstOrDefault(vm => vm.GetProperty("vm-id").GetString() == vmId);
        return vm.ValueKind == JsonValueKind.Undefined ? null : vm.GetProperty("status").GetString();
    }

    public static string UnitOf(string vmId) => $"aetherscale-vm-{vmId}.service";

    /// <summary>Whether the VM starts at boot: a link that resolves, as systemd follows it.</summary>
    public static bool IsEnabled(string vmId) =>
        File.Exists($"{TestEnvironment.WantsFolder}/{UnitOf(vmId)}");

    /// <summary>What the guest printed on its serial console so far.</summary>
    public string ConsoleOf(string vmId)
    {
        var path = $"{Data}/vms/{vmId}/console.log";
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    public Task WaitForConsoleAsync(string vmId, string text, double seconds = 60) =>
        Wait.UntilAsync($"the console of {vmId} says \"{text}\"", () => ConsoleOf(vmId).Contains(text), seconds);

    public async ValueTask DisposeAsync()
    {
        if (_daemon is { HasExited: false })
        {
            await KillDaemonAsync();
        }

        await _units.RemoveAsync();
        Directory.Delete(Data, recursive: true);
        if (Path.GetDirectoryName(Socket) is { } folder && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        _daemon?.Dispose();
        _http.Dispose();
    }

    /// <inheritdoc cref="HostUnits.Ours"/>
    public IReadOnlyList<string> OurUnits() => _units.Ours();

    /// <summary>Waits until the daemon takes commands from its broker, again after so many times.</summary>
    public Task WaitForBrokerAsync(int times = 1, double seconds = 30) =>
        Wait.UntilAsync($"the daemon is at its broker {times} times", () => Count("Takes commands from the broker") >= times, seconds);

    /// <summary>How often the daemon's log says this so far.</summary>
    public int Count(string text) => Log.Split(text).Length - 1;
}
