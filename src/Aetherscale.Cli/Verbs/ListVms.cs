using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>list-vms</c>: all VMs with their status.</summary>
internal sealed class ListVms : Verb
{
    private readonly Session _session;
    private readonly Option<string?> _status = new("--status")
    {
        Description = "Only VMs of this status, such as running.",
        HelpName = "STATUS",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "Only VMs whose name begins so.",
        HelpName = "PREFIX",
    };

    private readonly Option<string?> _image = new("--image")
    {
        Description = "Only VMs of this image.",
        HelpName = "IMAGE",
    };

    private readonly Option<bool> _fleet = new("--fleet")
    {
        Description = "Also over a socket, the VMs of all hosts at the daemon's broker.",
    };

    public ListVms(Session session)
        : base(CommandNames.ListVms, "list all VMs with their status")
    {
        _session = session;
        _status.CompletionSources.Add(
            VmStatus.Creating, VmStatus.Starting, VmStatus.Running, VmStatus.Paused, VmStatus.Stopping, VmStatus.Stopped, VmStatus.Crashed, VmStatus.Broken,
            VmStatus.Deleting, VmStatus.Unreachable);
        _image.CompletionSources.Add(new ImageCompletions(session).Find);
        Add(_status);
        Add(_name);
        Add(_image);
        Add(_fleet);
    }

    public override string Synopsis => "list-vms [--status STATUS] [--name PREFIX] [--image IMAGE] [--fleet]";

    public override IReadOnlyList<string> Details =>
    [
        "Lists all VMs, whether they run or not. Status is one of creating, starting, running, paused, stopping, "
        + "stopped, crashed, broken, deleting and unreachable. A column of hints follows when there is something to say.",
        "Where the daemon is at a broker, each VM's host is told, too. By a broker, or with --fleet, the VMs of all hosts are listed; those of a host that "
        + "does not answer are unreachable, and the rest of their rows is what was last heard.",
        "Piped, the list has one line for each VM with columns that stand in line, - where there is no value, and "
        + "memory in MiB with the suffix M; nothing is cut off.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("The addresses of the VMs that run", "aetherscale-cli list-vms | awk '$3 == \"running\" { print $4 }'"),
        new("The ids of those that have crashed", "aetherscale-cli list-vms --status crashed --quiet"),
        new("For programs", "aetherscale-cli list-vms --output json"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = new ListVmsOptions
        {
            Status = line.GetValue(_status),
            Name = line.GetValue(_name),
            Image = line.GetValue(_image),
            Fleet = line.GetValue(_fleet),
        };

        // Without any, a JSON writer would only take its time to get ready.
        var request = options == new ListVmsOptions()
            ? new RequestEnvelope { Command = CommandNames.ListVms, RequestId = _session.Around.NewRequestId() }
            : _session.Request(CommandNames.ListVms, options, ContractJson.Wire.ListVmsOptions);
        return _session.SendAsync(line, "Asking the daemon", [request], ListScreen.Of, cancel);
    }
}
