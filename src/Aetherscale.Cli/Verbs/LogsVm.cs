using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>logs-vm</c>: what QEMU, systemd and the guest's console have to say.</summary>
internal sealed class LogsVm : Verb
{
    private const int MaxLines = 10_000;

    private readonly Session _session;
    private readonly VmWords _vm;
    private readonly Option<bool> _console = new("--console")
    {
        Description = "What the guest printed on its serial console.",
    };

    private readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "Go on with what comes, until Ctrl-C or until the VM is deleted.",
    };

    private readonly Option<int?> _lines = new("--lines", "-n")
    {
        Description = "The last so many lines; 100 when not given.",
        HelpName = "COUNT",
        CustomParser = static result => result.Number("--lines", 0, MaxLines),
    };

    private readonly Option<string?> _since = new("--since")
    {
        Description = "No older lines than this: 90s, 10m, 2h, 3d, or a time such as 2026-01-31T08:00:00Z.",
        HelpName = "TIME",
    };

    public LogsVm(Session session, VmCompletions completions)
        : base(CommandNames.LogsVm, "show a VM's log, or its console")
    {
        _session = session;
        _vm = VmWords.One(completions);
        _vm.AddTo(this);
        Add(_console);
        Add(_follow);
        Add(_lines);
        Add(_since);
        Validators.Add(command =>
        {
            if (command.GetValue(_console) && command.GetResult(_since) is not null)
            {
                command.AddError("the lines of the console have no time: --console goes without --since");
            }
            else if (command.GetValue(_since) is { } text && Moment(text) is null)
            {
                command.AddError($"--since takes 90s, 10m, 2h, 3d or a time such as 2026-01-31T08:00:00Z, not \"{text}\"");
            }
        });
    }

    public override string Synopsis => "logs-vm VM [--console] [--follow] [--lines COUNT] [--since TIME]";

    public override IReadOnlyList<string> Details =>
    [
        "Shows what happened to the VM and what its QEMU and systemd said of it, from the journal, each line with its "
        + "time and source; or, with --console, what the guest printed on its serial console. Characters that would act "
        + "on a terminal are shown, not obeyed.",
        "With --follow it goes on until Ctrl-C, or until the VM is deleted.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("What happened last", "aetherscale-cli logs-vm web --lines 20"),
        new("Watch a guest boot", "aetherscale-cli logs-vm web --console --follow"),
    ];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = new LogsVmOptions
        {
            VmId = _vm.In(line)[0],
            Console = line.GetValue(_console),
            Lines = line.GetValue(_lines),
            Since = line.GetValue(_since) is { } text ? Moment(text) : null,
        };
        if (!line.GetValue(_follow))
        {
            var request = _session.Request(CommandNames.LogsVm, options, ContractJson.Wire.LogsVmOptions);
            return await _session.SendAsync(line, "Asking the daemon", [request], LogScreen.Of, cancel);
        }

        var what = new FollowRequest(
            PathOf(options),
            CommandNames.FollowLogs,
            queue => JsonSerializer.SerializeToElement(new FollowLogsOptions { Logs = options, Queue = queue }, ContractJson.Wire.FollowLogsOptions));
        return await _session.FollowAsync(line, what, new LogPrinter(), cancel);
    }

    private static string PathOf(LogsVmOptions options) =>
        $"{ApiRoutes.Logs}?vm={Uri.EscapeDataString(options.VmId)}{(options.Console ? "&console=true" : "")}"
        + (options.Lines is { } lines ? string.Create(CultureInfo.InvariantCulture, $"&lines={lines}") : "")
        + (options.Since is { } since ? $"&since={Uri.EscapeDataString(since)}" : "");

    private string? Moment(string text)
    {
        var time = Duration.TryParse(text) is { } ago ? _session.Around.Time.GetUtcNow() - ago
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment
            : (DateTimeOffset?)null;
        return time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
