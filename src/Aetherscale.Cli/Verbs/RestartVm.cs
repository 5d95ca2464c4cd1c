using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>restart-vm</c>: boots guests anew.</summary>
internal sealed class RestartVm : Verb
{
    private const int MaxTimeoutSeconds = 24 * 60 * 60;

    private readonly Session _session;
    private readonly VmWords _vms;
    private readonly Option<int?> _timeout = new("--timeout")
    {
        Description = "Kill the guest when it is not down after so long; at most the daemon's stop-grace-seconds.",
        HelpName = "SECONDS",
        CustomParser = static result => result.Number("--timeout", 1, MaxTimeoutSeconds),
    };

    private readonly Option<bool> _noWait = new("--no-wait")
    {
        Description = "Have the restart begin, and do not wait until the VM runs again.",
    };

    private readonly Option<bool> _hard = new("--hard")
    {
        Description = "Do not ask the guest: reset its machine, as by the reset button.",
    };

    public RestartVm(Session session, VmCompletions completions)
        : base(CommandNames.RestartVm, "shut VMs down and start them again")
    {
        _session = session;
        _vms = VmWords.OneOrMore(completions);
        _vms.AddTo(this);
        Add(_noWait);
        Add(_timeout);
        Add(_hard);
        Validators.Add(command =>
        {
            if (command.GetValue(_hard) && command.GetResult(_timeout) is not null)
            {
                command.AddError("--hard does not wait: it goes without --timeout");
            }
        });
    }

    public override string Synopsis => "restart-vm VM... [--no-wait] [--timeout SECONDS] [--hard]";

    public override IReadOnlyList<string> Details =>
    [
        "Has guests shut down in good order and starts them again, with what their vm.json and unit say by now. One that "
        + "does not obey is killed when its grace ends, and a hint says so. A VM that does not run is started. What starts "
        + "at boot stays as it is.",
        "With --hard the machine is reset instead: QEMU runs on as the same process, and the guest loses what it has not "
        + "written. That needs a VM that runs.",
        "Several VMs are restarted side by side; the exit code is 1 when one of them could not be.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Reboot", "aetherscale-cli restart-vm web"),
        new("Reboot a guest that hangs", "aetherscale-cli restart-vm web --hard"),
        new("Reboot, and wait for its ssh server", "aetherscale-cli restart-vm web && aetherscale-cli wait-vm web --for ssh"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var vms = _vms.In(line);
        var requests = vms.Select(vm => _session.Request(
            CommandNames.RestartVm,
            new RestartVmOptions { VmId = vm, Wait = line.GetValue(_noWait) ? false : null, Timeout = line.GetValue(_timeout), Hard = line.GetValue(_hard) },
            ContractJson.Wire.RestartVmOptions));
        return _session.SendAsync(line, $"Restarting {Spinner.Names(vms)}", [.. requests], ActionScreen.Silent, cancel);
    }
}
