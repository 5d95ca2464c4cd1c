using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Consoles;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>console</c>: a guest's serial console.</summary>
internal sealed class ConsoleVm : Verb
{
    public const string Word = "console";

    private readonly Session _session;
    private readonly VmWords _vm;

    public ConsoleVm(Session session, VmCompletions completions)
        : base(Word, "sit down at the serial console of a VM")
    {
        _session = session;
        _vm = VmWords.One(completions);
        _vm.AddTo(this);
    }

    public override string Synopsis => "console VM";

    public override IReadOnlyList<string> Details =>
    [
        "Joins the terminal to the guest's serial console, after the last screen of what it printed before. Every key "
        + "goes to the guest, Ctrl-C included; Ctrl-] leaves the console, and the guest does not notice.",
        "Any number of viewers may be there at a time: all see the same, and all may type. When the VM is restarted the "
        + "console comes back by itself; when it stops, the command ends.",
        "Where standard input is no terminal it is typed as it is, and its end is not the end of watching. Where standard "
        + "output is none, it gets what the guest prints from now on and nothing else.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Log in", "aetherscale-cli console web"),
        new("Keep all that a guest prints from now on", "aetherscale-cli console web </dev/null >web.txt"),
    ];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        await using var transport = _session.TransportFor(line, blocking: false);
        return await new ConsoleWatch(_session, transport, _vm.In(line)[0]).RunAsync(cancel);
    }
}
