using System.CommandLine;
using System.Globalization;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>wait-vm</c>: waits until VMs have come as far as they are needed.</summary>
internal sealed class WaitVm : Verb
{
    private const string PortPrefix = "port=";
    private static readonly string[] s_goals = ["running", "stopped", "agent", "ip", "ssh"];

    private readonly Session _session;
    private readonly VmWords _vms;
    private readonly Option<string> _for = new("--for")
    {
        Description = "What to wait for: running, stopped, agent, ip, ssh or port=N.",
        HelpName = "GOAL",
        Required = true,
        CustomParser = static result => IsGoal(result.Tokens[0].Value)
            ? result.Tokens[0].Value
            : result.Fail<string>($"--for takes running, stopped, agent, ip, ssh or port=N, not \"{result.Tokens[0].Value}\""),
    };

    private readonly Option<int?> _timeout = new("--timeout")
    {
        Description = string.Create(CultureInfo.InvariantCulture, $"Give up after so long; {WaitVmOptions.DefaultTimeout} without it."),
        HelpName = "SECONDS",
        CustomParser = static result => result.Number("--timeout", 1, WaitVmOptions.MaxTimeout),
    };

    public WaitVm(Session session, VmCompletions completions)
        : base(CommandNames.WaitVm, "wait until VMs run, are reachable, or are stopped")
    {
        _session = session;
        _vms = VmWords.OneOrMore(completions);
        _vms.AddTo(this);
        _for.CompletionSources.Add(s_goals);
        Add(_for);
        Add(_timeout);
    }

    public override string Synopsis => "wait-vm VM... --for GOAL [--timeout SECONDS]";

    public override IReadOnlyList<string> Details =>
    [
        "Waits until VMs have come as far as GOAL says: running and stopped are the states of list-vms; agent is a QEMU "
        + "guest agent that answers; ip is a guest that answers at its address, be it that nothing listens there; ssh is "
        + "an ssh server that greets on port 22; port=N is anything that takes connections on TCP port N.",
        "Commands that were sent before are done first. A VM that crashes or is deleted, or stops while something else is "
        + "waited for, ends the wait at once: the exit code is 1 and standard error says why. So it is when the time is "
        + "over (timeout).",
        "Several VMs are waited for side by side.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Make a VM and log in once that works", "aetherscale-cli create-vm --image tiny --name web && aetherscale-cli wait-vm web --for ssh"),
        new("Wait for a web server", "aetherscale-cli wait-vm web --for port=80 --timeout 300"),
        new("Wait until a job's VM has powered itself off", "aetherscale-cli wait-vm job --for stopped --timeout 86400"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var vms = _vms.In(line);
        var goal = line.GetRequiredValue(_for);
        var requests = vms.Select(vm => _session.Request(
            CommandNames.WaitVm,
            new WaitVmOptions { VmId = vm, For = goal, Timeout = line.GetValue(_timeout) },
            ContractJson.Wire.WaitVmOptions));
        return _session.SendAsync(line, $"Waiting for {Spinner.Names(vms)}", [.. requests], WaitScreen.Of, cancel);
    }

    private static bool IsGoal(string word) =>
        s_goals.Contains(word)
        || (word.StartsWith(PortPrefix, StringComparison.Ordinal)
            && ushort.TryParse(word.AsSpan(PortPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port > 0);
}
