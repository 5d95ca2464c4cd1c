using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>show-vm</c>: everything about one VM.</summary>
internal sealed class ShowVm : Verb
{
    private readonly Session _session;
    private readonly VmWords _vm;

    public ShowVm(Session session, VmCompletions completions)
        : base(CommandNames.ShowVm, "tell everything about one VM")
    {
        _session = session;
        _vm = VmWords.One(completions);
        _vm.AddTo(this);
    }

    public override string Synopsis => "show-vm VM";

    public override IReadOnlyList<string> Details =>
    [
        "Tells what list-vms does and more: when it was made and started, its process, its network card, its "
        + "systemd unit, and where its files are. One line for each fact, its name first.",
        "With --output yaml it prints a file from which create-vm --file makes the VM's like: the same options on an empty disk. "
        + "Secrets in its user-data or its init-script are in there, too.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Everything about a VM", "aetherscale-cli show-vm web"),
        new("A file that recreates it", "aetherscale-cli show-vm web --output yaml > web.yaml"),
        new(
            "Its systemd unit",
            "systemctl --user status $(aetherscale-cli show-vm web | awk '$1 == \"unit\" { print $2 }')"),
    ];

    protected override bool WritesYaml => true;

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var isDefinition = _session.WantsYaml(line);
        var options = new ShowVmOptions { VmId = _vm.In(line)[0], Definition = isDefinition ? true : null };
        var request = _session.Request(CommandNames.ShowVm, options, ContractJson.Wire.ShowVmOptions);
        return _session.SendAsync(line, "Asking the daemon", [request], isDefinition ? DefinitionScreen.Of : DetailsScreen.Of, cancel);
    }
}
