using System.CommandLine;
using System.CommandLine.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Settings;
using Aetherscale.Cli.Transport;
using Aetherscale.Cli.Verbs;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

/// <summary>The options that every verb takes.</summary>
internal sealed class GlobalOptions
{
    /// <summary>A broker counts the milliseconds that a message may wait in 32 bits.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "table (the default), or json: the daemon's replies as one JSON list of envelopes. show-vm also has yaml.",
        HelpName = "table|json",
        Recursive = true,
        CustomParser = static result => result.Tokens[0].Value switch
        {
            "table" => OutputFormat.Table,
            "json" => OutputFormat.Json,
            "yaml" => OutputFormat.Yaml,
            _ => result.Fail<OutputFormat>($"--output takes table or json, and with show-vm yaml, not \"{result.Tokens[0].Value}\""),
        },
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "Print ids only (create-vm, list-vms, show-vm) or nothing, and no spinner.",
        Recursive = true,
    };

    public Option<string?> Socket { get; } = new("--socket")
    {
        Description = "The daemon's socket, instead of the one that the settings name.",
        HelpName = "PATH",
        Recursive = true,
    };

    public Option<string?> Broker { get; } = new("--broker")
    {
        Description = "Ask a daemon by a RabbitMQ broker: amqp://HOST[:PORT][/VHOST], or amqps:// for TLS; of a cluster several URLs, with commas between them.",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<bool> System { get; } = new("--system")
    {
        Description = "Ask the machine's own daemon, as root or as a member of the group aetherscale.",
        Recursive = true,
    };

    public Option<string?> Host { get; } = new("--host")
    {
        Description = "In a fleet, have this host carry it out.",
        HelpName = "HOST",
        Recursive = true,
        CustomParser = static result => HostWord.IsName(result.Tokens[0].Value)
            ? result.Tokens[0].Value
            : result.Fail<string>($"--host takes {HostWord.NameRule}, not \"{result.Tokens[0].Value}\""),
    };

    public Option<TimeSpan?> Deadline { get; } = new("--deadline")
    {
        Description = "Do not begin it later than this from now: 30s, 10m, 24h. By a broker, a minute without it.",
        HelpName = "DURATION",
        Recursive = true,
        CustomParser = static result => Duration.TryParse(result.Tokens[0].Value) is { } span && span > TimeSpan.Zero && span <= s_longest
            ? span
            : result.Fail<TimeSpan?>($"--deadline takes 30s, 10m, 24h or up to 30d, not \"{result.Tokens[0].Value}\""),
    };

    /// <summary>Before the verb only: behind <c>ssh</c> it is somebody else.</summary>
    public Option<bool> User { get; } = new("--user")
    {
        Description = "Ask your own daemon. This one stands before the verb.",
    };

    public GlobalOptions()
    {
        Output.CompletionSources.Clear(); // the parser's own are the names in the code, Table and Json
        Output.CompletionSources.Add(static context => Formats(context.ParseResult.CommandResult.Command));
    }

    /// <summary>Where the daemon is asked.</summary>
    /// <exception cref="CliException">What names the place is wrong.</exception>
    public DaemonPlace PlaceIn(ParseResult line, Surroundings around) =>
        DaemonPlace.Find(SocketIn(line, around), line.GetValue(Broker), around);

    /// <summary>To whom its requests go, and until when.</summary>
    public Addressing AddressingIn(ParseResult line, TimeProvider time) =>
        new(line.GetValue(Host), line.GetValue(Deadline) is { } span ? time.GetUtcNow() + span : null);

    /// <summary>The socket that the command line names; null when it names none.</summary>
    /// <exception cref="CliException">It names more than one daemon.</exception>
    public string? SocketIn(ParseResult line, Surroundings around)
    {
        string[] named = [.. new Option[] { Socket, Broker, System, User }.Where(option => line.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        return named.Length > 1 ? throw DaemonPlace.Both(named[0], named[1])
            : line.GetValue(System) ? around.SystemSocket
            : line.GetValue(User) ? SocketPlace.OfUser(around)
            : line.GetValue(Socket);
    }

    private static IEnumerable<CompletionItem> Formats(Command command) =>
        ((string[])["json", "table", .. command is ShowVm ? ["yaml"] : Array.Empty<string>()]).Select(word => new CompletionItem(word));

    public IEnumerable<Option> All => [Output, Quiet, Socket, Broker, System, User, Host, Deadline];
}
