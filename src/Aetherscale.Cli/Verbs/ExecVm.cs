using System.CommandLine;
using System.Globalization;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>exec</c>: a program in a guest, by its agent.</summary>
internal sealed class ExecVm : Verb
{
    public const string Word = "exec";

    /// <summary>What a shell adds to the signal that ended a program.</summary>
    private const int SignalBase = 128;

    private readonly Session _session;
    private readonly Argument<string> _vm = new("VM") { Description = "The VM's id or name.", HelpName = "VM" };

    private readonly Argument<string[]> _command = new("COMMAND")
    {
        Description = "A program of the guest's and its arguments.",
        HelpName = "COMMAND...",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
    };

    private readonly Option<bool> _noInput = new("--no-input", "-n") { Description = "Do not read standard input." };

    private readonly Option<int?> _timeout = new("--timeout")
    {
        Description = "Wait no longer than this; the program goes on.",
        HelpName = "SECONDS",
        CustomParser = static result => result.Number("--timeout", 1, ExecVmOptions.MaxTimeout),
    };

    public ExecVm(Session session, VmCompletions completions)
        : base(Word, "run a program in a VM by its guest agent")
    {
        _session = session;
        _vm.CompletionSources.Add(completions.Find);
        Add(_vm);
        Add(_command);
        Add(_noInput);
        Add(_timeout);
    }

    public override string Synopsis => "exec [--timeout SECONDS] [--no-input] VM -- COMMAND...";

    public override IReadOnlyList<string> Details =>
    [
        "Runs a program as the guest's root, by the QEMU guest agent in it (package qemu-guest-agent): it needs neither "
        + "network nor ssh. The words are passed on as they are; no shell takes them apart. Options of ours stand before VM.",
        string.Create(CultureInfo.InvariantCulture, $"Standard input, unless it is a terminal, is read to its end first, up to {ExecVmOptions.MaxInputBytes / 1024} KiB. What the program wrote ")
        + "is shown when it has ended, up to some 3 MiB. For more, and for a terminal, there is ssh.",
        "The exit code is the program's own, or 128 and the signal that ended it.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Look into a guest", "aetherscale-cli exec web -- df -h /"),
        new("A shell's line", "aetherscale-cli exec web -- sh -c 'dmesg | tail'"),
    ];

    protected override Argument? Free => _command;

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = new ExecVmOptions
        {
            VmId = line.GetRequiredValue(_vm),
            Command = line.GetRequiredValue(_command),
            Timeout = line.GetValue(_timeout),
            Input = line.GetValue(_noInput) || _session.Around.InputIsTerminal ? null : await ReadInputAsync(cancel),
        };
        var request = _session.Request(CommandNames.ExecVm, options, ContractJson.Wire.ExecVmOptions);
        if (_session.WantsJson(line))
        {
            return await _session.SendAsync(line, "", [request], static _ => new Screen(new Sheet(Headers: null, []), []), cancel, CodeOf);
        }

        await using var transport = _session.TransportFor(line, blocking: false);
        var reply = await transport.AskAsync(request, cancel);
        var end = reply.Read(Replies.Json.ExecVmResponse);
        await WriteAsync(_session.Around.Output, end.Stdout, cancel);
        await WriteAsync(_session.Around.Error, end.Stderr, cancel);
        return CodeOf(reply);
    }

    private static int CodeOf(Reply reply)
    {
        var end = reply.Read(Replies.Json.ExecVmResponse);
        return end.ExitCode ?? SignalBase + end.Signal ?? ExitCodes.Refused;
    }

    private static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await stream.WriteAsync(bytes, cancel);
        }
        catch (IOException)
        {
            // Its reader has gone; the program has run all the same.
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancel)
    {
        var input = new byte[ExecVmOptions.MaxInputBytes + 1];
        var length = await _session.Around.Input.ReadAtLeastAsync(input, input.Length, throwOnEndOfStream: false, cancel);
        return length < input.Length
            ? input.AsMemory(0, length)
            : throw new CliException(ExitCodes.Usage, $"standard input holds more than {ExecVmOptions.MaxInputBytes} bytes")
            {
                Advice = "Use copy or ssh.",
            };
    }
}
