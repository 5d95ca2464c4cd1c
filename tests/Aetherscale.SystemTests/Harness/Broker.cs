using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// A real RabbitMQ on loopback ports of its own, with everything that it writes in a folder of its own. Tests share it, each with
/// a virtual host of its own.
/// </summary>
public sealed class Broker : IAsyncLifetime
{
    /// <summary>Neither an administrator nor <c>guest</c>.</summary>
    public const string User = "aetherscale";

    /// <summary>Of <see cref="User"/>; what a URL must write as <see cref="EscapedPassword"/>.</summary>
    public const string Password = "s3cret:p@ss/word%";

    public const string EscapedPassword = "s3cret%3Ap%40ss%2Fword%25";

    private const string Programs = "/usr/lib/rabbitmq/bin";
    private const int VirtualHosts = 160;

    private readonly string _folder = Directory.CreateTempSubdirectory("aetherscale-broker-").FullName;
    private readonly string _name = $"test-{RandomNumberGenerator.GetHexString(8, lowercase: true)}@localhost";
    private readonly int _namePort;
    private readonly Broker? _first;
    private readonly Dictionary<string, string> _environment;
    private readonly List<Broker> _nodes;
    private GuardedProcess? _names;
    private GuardedProcess? _node;
    private int _virtualHosts;

    public Broker()
        : this(null)
    {
    }

    private Broker(Broker? first)
    {
        _first = first;
        _nodes = [this];
        _namePort = first?._namePort ?? FreePort();
        _environment = new Dictionary<string, string>
        {
            // Here lies .erlang.cookie, which Erlang makes for the owner alone: who can read it owns the broker.
            ["HOME"] = _folder,
            ["ERL_EPMD_PORT"] = $"{_namePort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = _name,
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_CONFIG_FILE"] = $"{_folder}/rabbitmq.conf",
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = $"{_folder}/advanced.config",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{_folder}/enabled_plugins",
            ["RABBITMQ_MNESIA_BASE"] = $"{_folder}/mnesia",
            ["RABBITMQ_LOG_BASE"] = $"{_folder}/log",
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_PID_FILE"] = $"{_folder}/pid",
            ["RABBITMQ_DIST_PORT"] = $"{FreePort()}",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +S 2:2",

            // Has the script become the node, instead of its parent.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
        };
    }

    /// <summary>Where it listens, on 127.0.0.1. It stays the same after a restart.</summary>
    public int Port { get; } = FreePort();

    /// <summary>This one, and those that have joined it.</summary>
    public IReadOnlyList<Broker> Nodes => _nodes;

    /// <summary>What the broker wrote to its log so far.</summary>
    public string Log => File.Exists($"{_folder}/node.log") ? File.ReadAllText($"{_folder}/node.log") : "";

    /// <summary>A virtual host that no other test uses.</summary>
    public string NewVirtualHost()
    {
        var number = Interlocked.Increment(ref _virtualHosts);
        Assert.True(number <= VirtualHosts, "Have the broker make more virtual hosts.");
        return $"v{number}";
    }

    /// <summary>The URL of a virtual host; without a user, one of <see cref="BrokerUsers"/>, it is <c>guest</c> who asks.</summary>
    public string UrlOf(string virtualHost, string? user = null) =>
        $"amqp://{(user is null ? "" : $"{user}:{BrokerUsers.Password}@")}127.0.0.1:{Port}/{virtualHost}";

    /// <summary>Comes on top of its settings, such as what makes it listen with TLS.</summary>
    public string MoreSettings { get; init; } = "";

    /// <summary>Names of plugins, with commas between them.</summary>
    public string Plugins { get; init; } = "";

    /// <summary>All but the start.</summary>
    public async Task PrepareAsync()
    {
        await File.WriteAllTextAsync($"{_folder}/enabled_plugins", $"[{Plugins}].");
        await File.WriteAllTextAsync($"{_folder}/advanced.config", "[].");
        await File.WriteAllTextAsync($"{_folder}/definitions.json", Definitions());
        await File.WriteAllTextAsync(
            $"{_folder}/rabbitmq.conf",
            $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            {(_first is null ? $"load_definitions = {_folder}/definitions.json" : "")}
            log.console = true
            log.console.level = info
            disk_free_limit.absolute = 10MB
            {MoreSettings}

            """);
        if (_first is not null)
        {
            // Who has the same one is let in.
            File.Copy($"{_first._folder}/.erlang.cookie", $"{_folder}/.erlang.cookie");
            return;
        }

        _names = await GuardedProcess.StartAsync(
            $"{_folder}/epmd.log", _environment, "/usr/bin/epmd", "-port", $"{_namePort}", "-address", "127.0.0.1");
    }

    public async ValueTask InitializeAsync()
    {
        await PrepareAsync();
        await StartAsync();
    }

    /// <summary>Another node, that makes one broker with the first.</summary>
    public static async Task<Broker> JoinAsync(Broker first)
    {
        var node = new Broker(first);
        await node.InitializeAsync();
        await node.ControlAsync("stop_app");
        await node.ControlAsync("join_cluster", first._name);
        await node.ControlAsync("start_app");
        await Wait.UntilAsync("the node listens", node.AnswersAsync, 90);
        first._nodes.Add(node);
        return node;
    }

    /// <summary>Starts it, or starts it again, unless it runs. Queues that are not durable are gone then.</summary>
    public async Task StartAsync()
    {
        if (_node is not null)
        {
            return;
        }

        _node = await GuardedProcess.StartAsync($"{_folder}/node.log", _environment, $"{Programs}/rabbitmq-server");
        await Wait.UntilAsync("the broker listens", AnswersAsync, 90);
    }

    /// <summary>Has it shut down in good order, if it runs: it tells its clients.</summary>
    public async Task StopAsync()
    {
        if (_node is { } node)
        {
            await node.SignalAsync("TERM");
            await node.EndAsync();
            await EndNodeAsync();
        }
    }

    /// <summary>kill -9. The kernel ends the clients' connections.</summary>
    public Task KillAsync() => EndNodeAsync();

    /// <summary>SIGSTOP: it accepts connections still, and says nothing.</summary>
    public Task PauseAsync() => _node!.SignalAsync("STOP");

    public Task ResumeAsync() => _node!.SignalAsync("CONT");

    /// <summary>
    /// Waits until no queue of a virtual host has a message, waiting or delivered, that is not acknowledged. Hosts' inventories have one
    /// always.
    /// </summary>
    /// <param name="virtualHost">Whose queues.</param>
    /// <param name="but">One that may have some.</param>
    public Task WaitForEmptyQueuesAsync(string virtualHost, string? but = null) => Wait.UntilAsync(
        "every message is acknowledged",
        async () => (await ControlAsync("list_queues", "--vhost", virtualHost, "--no-table-headers", "messages", "name"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).All(line => line.StartsWith("0\t") || line.Contains("aetherscale.inventory.") || line.EndsWith($"\t{but}", StringComparison.Ordinal)));

    /// <summary>Runs rabbitmqctl, which takes a second or two.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> ControlAsync(params string[] arguments) => (await Tool.RunAsync(
        $"{Programs}/rabbitmqctl", ["--quiet", "--node", _name, .. arguments], _environment)).Succeeded().Output;

    public async ValueTask DisposeAsync()
    {
        await EndNodeAsync();
        if (_names is { } names)
        {
            await names.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A port that the kernel gives to nobody who does not ask for it, so that a restart finds it free.</summary>
    public static int FreePort()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(10_000, 32_000));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
    }

    private static string Definitions()
    {
        string[] hosts = ["/", .. Enumerable.Range(1, VirtualHosts).Select(number => $"v{number}")];
        var virtualHosts = hosts.Select(host => $$"""{"name": "{{host}}"}""");
        var users = new[] { ("guest", "guest", "administrator"), (User, Password, "") }.Select(user =>
            $$"""{"name": "{{user.Item1}}", "password": "{{user.Item2}}", "tags": "{{user.Item3}}"}""");
        var permissions = hosts.SelectMany(host => new[] { "guest", User }.Select(user =>
            $$"""{"user": "{{user}}", "vhost": "{{host}}", "configure": ".*", "write": ".*", "read": ".*"}"""));
        return $$"""
            {
              "vhosts": [{{string.Join(", ", virtualHosts)}}],
              "users": [{{string.Join(", ", users)}}],
              "permissions": [{{string.Join(", ", permissions)}}]
            }
            """;
    }

    private async Task EndNodeAsync()
    {
        if (_node is { } node)
        {
            _node = null;
            await node.DisposeAsync();
        }
    }

    /// <summary>A broker that listens answers the protocol's header with a frame of its own.</summary>
    private async Task<bool> AnswersAsync()
    {
        if (_node!.HasEnded)
        {
            Assert.Fail($"The broker ended: {Log}");
        }

        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            await client.GetStream().WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());
            return await client.GetStream().ReadAsync(new byte[1]) == 1;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }
}
