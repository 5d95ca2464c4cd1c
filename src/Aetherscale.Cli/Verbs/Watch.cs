using System.CommandLine;
using System.Text.Json;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>watch</c>: what happens to VMs, as it happens.</summary>
internal sealed class Watch : Verb
{
    private readonly Session _session;
    private readonly Argument<string?> _vm = new("VM")
    {
        Description = "The VM's id or name; all VMs when not given.",
        HelpName = "VM",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Watch(Session session, VmCompletions completions)
        : base(CommandNames.Watch, "tell what happens to VMs as it happens")
    {
        _session = session;
        _vm.CompletionSources.Add(completions.Find);
        Add(_vm);
    }

    public override string Synopsis => "watch [VM]";

    public override IReadOnlyList<string> Details =>
    [
        "Prints a line for everything that happens from now on to one VM or to all, with its cause and who asked for it, "
        + "until Ctrl-C. With --output json each line is one JSON object.",
        "Nothing is left out silently: a reader that does not keep up is told so, and disconnected with exit code 1.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Everything", "aetherscale-cli watch"),
        new("Tell me of crashes", "aetherscale-cli watch --output json | grep --line-buffered '\"event\":\"crashed\"'"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var vm = line.GetValue(_vm);
        var what = new FollowRequest(
            vm is null ? ApiRoutes.Events : $"{ApiRoutes.Events}?vm={Uri.EscapeDataString(vm)}",
            CommandNames.Watch,
            queue => JsonSerializer.SerializeToElement(new WatchOptions { VmId = vm, Queue = queue }, ContractJson.Wire.WatchOptions));
        return _session.FollowAsync(line, what, new EventPrinter(), cancel);
    }
}
