using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Ssh;
using Aetherscale.Cli.Transport;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>connect</c>: standard input and output to and from a TCP port of a guest.</summary>
internal sealed class Connect : Verb
{
    public const string Word = "connect";

    /// <summary>For ssh's ProxyCommand.</summary>
    public const string LearnOption = "--learn-host-key";

    private readonly Session _session;
    private readonly Option<bool> _learn = new(LearnOption)
    {
        Description = "First wait for the guest's ssh server, and note the host keys that the guest tells on its console.",
    };

    private readonly Argument<string> _vm = new("VM") { Description = "The VM's id or name.", HelpName = "VM" };

    private readonly Argument<int?> _port = new("PORT")
    {
        Description = "A TCP port of the guest.",
        HelpName = "PORT",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = static result => result.Number("PORT", 1, ushort.MaxValue),
    };

    public Connect(Session session, VmCompletions completions)
        : base(Word, "carry standard input and output to a port of a VM")
    {
        _session = session;
        _vm.CompletionSources.Add(completions.Find);
        Add(_vm);
        Add(_port);
        Add(_learn);
    }

    public override string Synopsis => "connect VM PORT [--learn-host-key]";

    public override IReadOnlyList<string> Details =>
    [
        "Joins standard input and output to a TCP port of the guest, through the VM's own network: no port of the host "
        + "is opened, and no other guest or user can come in. Made to be the ProxyCommand of ssh.",
        "With --learn-host-key the file that ssh-config names for the VM's host keys is brought up to date before.",
        "It ends when both sides have ended their output. It prints nothing of its own to standard output.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Log in", "ssh -o ProxyCommand=\"aetherscale-cli connect %h %p\" root@web"),
        new("Talk to a web server", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | aetherscale-cli connect web 80"),
    ];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        await using var transport = _session.TransportFor(line, blocking: false);
        if (line.GetValue(_learn))
        {
            await new HostKeyLearner(_session, transport, new KnownHosts(_session.Around)).LearnAsync(line.GetRequiredValue(_vm), cancel);
        }

        await using var guest = await transport.ConnectAsync(
            line.GetRequiredValue(_vm), line.GetRequiredValue(_port)!.Value, cancel);
        await new StreamJoint(_session.Around, guest).RunAsync(cancel);
        return ExitCodes.Done;
    }
}
