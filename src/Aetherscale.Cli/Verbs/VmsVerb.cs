using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary>A verb that takes VMs and nothing else, and does the same to each, side by side.</summary>
internal abstract class VmsVerb : Verb
{
    private readonly Session _session;
    private readonly VmWords _vms;
    private readonly string _doing;

    /// <param name="session">Sends the requests.</param>
    /// <param name="completions">Knows the VMs' names.</param>
    /// <param name="command">One of <see cref="CommandNames"/>.</param>
    /// <param name="description">For the list of verbs.</param>
    /// <param name="doing">What the spinner says, before the VMs' names.</param>
    protected VmsVerb(Session session, VmCompletions completions, string command, string description, string doing)
        : base(command, description)
    {
        _session = session;
        _doing = doing;
        _vms = VmWords.OneOrMore(completions);
        _vms.AddTo(this);
    }

    /// <summary>What else is to be done on this side.</summary>
    protected virtual Action<Reply>? Done => null;

    protected Surroundings Around => _session.Around;

    /// <summary>How the answers are shown.</summary>
    protected virtual Screen Show(IReadOnlyList<Reply> replies) => ActionScreen.Silent(replies);

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var vms = _vms.In(line);
        var requests = vms.Select(vm => _session.Request(Name, new VmOptions { VmId = vm }, ContractJson.Wire.VmOptions));
        return _session.SendAsync(line, $"{_doing} {Spinner.Names(vms)}", [.. requests], Show, cancel, done: Done);
    }
}
