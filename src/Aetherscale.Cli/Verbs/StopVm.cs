using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>stop-vm</c>: shuts guests down.</summary>
internal sealed class StopVm : Verb
{
    private const int MaxTimeoutSeconds = 24 * 60 * 60;

    private readonly Session _session;
    private readonly VmWords _vms;
    private readonly Option<bool> _noWait = new("--no-wait")
    {
        Description = "Ask the guest to shut down, and do not wait until it has.",
    };

    private readonly Option<int?> _timeout = new("--timeout")
    {
        Description = "Kill the guest when it is not down after so long; at most the daemon's stop-grace-seconds.",
        HelpName = "SECONDS",
        CustomParser = static result => result.Number("--timeout", 1, MaxTimeoutSeconds),
    };

    private readonly Option<bool> _kill = new("--kill")
    {
        Description = "Do not ask the guest: end it at once, as by pulling the plug.",
    };

    public StopVm(Session session, VmCompletions completions)
        : base(CommandNames.StopVm, "shut VMs down, until they are started again")
    {
        _session = session;
        _vms = VmWords.OneOrMore(completions);
        _vms.AddTo(this);
        Add(_noWait);
        Add(_timeout);
        Add(_kill);
        Validators.Add(command =>
        {
            if (command.GetValue(_kill) && command.GetResult(_timeout) is not null)
            {
                command.AddError("--kill does not wait: it goes without --timeout");
            }
        });
    }

    public override string Synopsis => "stop-vm VM... [--no-wait] [--timeout SECONDS] [--kill]";

    public override IReadOnlyList<string> Details =>
    [
        "Has guests shut down in good order, as a press of the power button does, and waits until they are down. One "
        + "that does not obey is killed when its grace ends, and the answer is killed, not stopped. The VM stays down "
        + "at the next boot of the host, too, until start-vm.",
        "Several VMs are stopped side by side; the exit code is 1 when one of them could not be.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Shut down and wait", "aetherscale-cli stop-vm web"),
        new("Give it ten seconds", "aetherscale-cli stop-vm web --timeout 10"),
        new("Pull the plug", "aetherscale-cli stop-vm web --kill"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var vms = _vms.In(line);
        var requests = vms.Select(vm => _session.Request(
            CommandNames.StopVm, OptionsFor(line, vm), ContractJson.Wire.StopVmOptions));
        return _session.SendAsync(line, $"Stopping {Spinner.Names(vms)}", [.. requests], ActionScreen.Silent, cancel);
    }

    private StopVmOptions OptionsFor(ParseResult line, string vm) => new()
    {
        VmId = vm,
        Wait = !line.GetValue(_noWait),
        Timeout = line.GetValue(_timeout),
        Kill = line.GetValue(_kill),
    };
}
