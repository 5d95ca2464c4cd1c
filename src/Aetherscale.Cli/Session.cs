using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Settings;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

/// <summary>What the verbs share: they say which requests to send and how to show the answers.</summary>
internal sealed class Session(Surroundings around, Terminal terminal, GlobalOptions options)
{
    /// <summary>More at once would only fill the daemon's listen backlog, and be refused past its end.</summary>
    private const int MaxAtOnce = 64;
    private const string Interrupted = "interrupted; the command goes on in the daemon";

    public Surroundings Around => around;

    public Terminal Terminal => terminal;

    /// <param name="line">Names the socket or the broker, or does not.</param>
    /// <param name="blocking">Whether the caller's thread has nothing else to do until the answer is there.</param>
    /// <exception cref="CliException">What names the daemon's place is wrong.</exception>
    public ITransport TransportFor(ParseResult line, bool blocking) => TransportFor(line, options.AddressingIn(line, around.Time), blocking);

    /// <summary>The same for requests that are not the line's own.</summary>
    /// <exception cref="CliException">As above.</exception>
    public ITransport TransportFor(ParseResult line, Addressing address, bool blocking) => options.PlaceIn(line, around) switch
    {
        SocketPlace socket => new UnixSocketTransport(socket.Path, around, address, blocking),
        BrokerPlace broker => new BrokerTransport(broker, around, address),
        var other => throw new NotSupportedException(other.GetType().Name),
    };

    /// <summary>Whether the answer is for a program.</summary>
    public bool WantsJson(ParseResult line) => line.GetValue(options.Output) == OutputFormat.Json;

    /// <summary>Whether the answer is to be a file that recreates a VM.</summary>
    public bool WantsYaml(ParseResult line) => line.GetValue(options.Output) == OutputFormat.Yaml;

    /// <summary>The options of this line that lead to its daemon.</summary>
    public (string? Socket, string? Broker) WayIn(ParseResult line) => (options.SocketIn(line, around), line.GetValue(options.Broker));

    public RequestEnvelope Request<T>(string command, T commandOptions, JsonTypeInfo<T> type) => new()
    {
        Command = command,
        Options = JsonSerializer.SerializeToElement(commandOptions, type),
        RequestId = around.NewRequestId(),
    };

    /// <summary>Sends the requests side by side, shows all answers, and returns the exit code.</summary>
    /// <param name="line">The parsed command line.</param>
    /// <param name="doing">What the spinner says.</param>
    /// <param name="requests">One request for each VM.</param>
    /// <param name="show">Lays out the responses of those that were carried out.</param>
    /// <param name="cancel">Ends the waiting, not the command.</param>
    /// <param name="verdict">The exit code that an answer asks for by what it says; without it, one that was carried out is 0.</param>
    /// <param name="done">Told of each that was carried out.</param>
    public async Task<int> SendAsync(
        ParseResult line,
        string doing,
        IReadOnlyList<RequestEnvelope> requests,
        Func<IReadOnlyList<Reply>, Screen> show,
        CancellationToken cancel,
        Func<Reply, int>? verdict = null,
        Action<Reply>? done = null)
    {
        var quiet = line.GetValue(options.Quiet);
        var spins = !quiet && terminal.ErrorIsRich;
        await using var transport = TransportFor(line, blocking: requests.Count == 1 && !spins);
        var work = AskAllAsync(transport, requests, cancel);
        IReadOnlyList<Outcome> outcomes;
        try
        {
            outcomes = !spins ? await work : await Spinner.WhileAsync(work, doing, terminal, around.Time, cancel);
        }
        catch (OperationCanceledException) when (requests.Any(RequestEnvelopeExtensions.ChangesSomething))
        {
            terminal.Fail(Interrupted, advice: null);
            throw;
        }

        foreach (var reply in outcomes.Select(outcome => outcome.Reply).OfType<Reply>().Where(reply => reply.ExecutionInfo.Status == ExecutionInfo.Success))
        {
            done?.Invoke(reply);
        }

        var printer = new ReplyPrinter(terminal, line.GetValue(options.Output), quiet);
        var code = printer.Print(outcomes, show);
        return code == ExitCodes.Done && verdict is not null ? outcomes.Max(outcome => verdict(outcome.Reply!)) : code;
    }

    /// <summary>Shows what is known without a daemon on this host; to programs and to askers of other hosts, nothing.</summary>
    /// <param name="line">The parsed command line.</param>
    /// <param name="screen">What is known; told the path of the socket on which no daemon answers.</param>
    public void ShowInstead(ParseResult line, Func<string, Screen> screen)
    {
        if (line.GetValue(options.Output) == OutputFormat.Table && options.PlaceIn(line, around) is SocketPlace place)
        {
            new ReplyPrinter(terminal, OutputFormat.Table, line.GetValue(options.Quiet)).Print(screen(place.Path));
        }
    }

    /// <summary>The user whose daemon is asked, where that is another than the one who asks.</summary>
    public SocketOwner? OtherUser(ParseResult line) =>
        options.PlaceIn(line, around) is SocketPlace place ? SocketOwner.Other(place.Path, around) : null;

    /// <summary>Shows a stream of the daemon's as it comes, until it ends.</summary>
    /// <param name="line">The parsed command line.</param>
    /// <param name="what">Which one.</param>
    /// <param name="printer">Shows it to a person; a program gets each frame's JSON on a line.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The exit code: 0 when there is no more to come.</returns>
    public async Task<int> FollowAsync(ParseResult line, FollowRequest what, FramePrinter printer, CancellationToken cancel)
    {
        await using var transport = TransportFor(line, blocking: false);
        var json = line.GetValue(options.Output) == OutputFormat.Json;
        await foreach (var frame in transport.FollowAsync(what, cancel))
        {
            if (frame.Type == StreamFrames.End)
            {
                return EndOf(FramePrinter.Read(frame, Replies.Json.StreamEnd));
            }

            (json ? new JsonPrinter() : printer).Print(frame, terminal);
            terminal.Flush();
        }

        throw Unreachable.Lost("the daemon has ended the stream without a word");
    }

    /// <summary>Shows how far something is, to a person before a terminal and to nobody else.</summary>
    public ImportDisplay DisplayOn(ParseResult line) => new(terminal, around.Time, line.GetValue(options.Quiet) || !terminal.ErrorIsRich);

    /// <summary>Whether the daemon is asked by a broker.</summary>
    public bool IsByBroker(ParseResult line) => options.PlaceIn(line, around) is BrokerPlace;

    /// <summary>Sends a file, shows how far the daemon is with it, and then its answer.</summary>
    /// <param name="line">The parsed command line.</param>
    /// <param name="path">Where it is sent to: path and query.</param>
    /// <param name="source">What is sent; null when the path says all.</param>
    /// <param name="show">Lays out the response.</param>
    /// <param name="cancel">Ends it, in the daemon, too.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> UploadAsync(
        ParseResult line, string path, SourceFile? source, Func<IReadOnlyList<Reply>, Screen> show, CancellationToken cancel)
    {
        await using var transport = TransportFor(line, blocking: false);
        return await ShowAsync(line, new RequestEnvelope { Command = CommandNames.ImportImage }, transport.UploadAsync(path, source, cancel), show);
    }

    /// <summary>Sends a request, shows how far the daemon is with it, and then its answer.</summary>
    /// <param name="line">The parsed command line.</param>
    /// <param name="request">What is sent.</param>
    /// <param name="show">Lays out the response.</param>
    /// <param name="cancel">Ends it; in the daemon, too, where nobody else needs what it does.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> TellAsync(ParseResult line, RequestEnvelope request, Func<IReadOnlyList<Reply>, Screen> show, CancellationToken cancel)
    {
        await using var transport = TransportFor(line, blocking: false);
        try
        {
            return await ShowAsync(line, request, transport.TellAsync(request, cancel), show);
        }
        catch (OperationCanceledException) when (request.Command == CommandNames.CreateVm)
        {
            terminal.Fail(Interrupted, advice: null);
            throw;
        }
    }

    private async Task<int> ShowAsync(
        ParseResult line, RequestEnvelope request, IAsyncEnumerable<DaemonFrame> frames, Func<IReadOnlyList<Reply>, Screen> show)
    {
        var quiet = line.GetValue(options.Quiet);
        var display = new ImportDisplay(terminal, around.Time, quiet);
        try
        {
            await foreach (var frame in frames)
            {
                switch (frame.Type)
                {
                    case StreamFrames.Progress:
                        display.Show(FramePrinter.Read(frame, Replies.Json.ImportProgress));
                        break;
                    case StreamFrames.Reply:
                        display.End();
                        var outcome = new Outcome(request, Reply.Parse(Encoding.UTF8.GetBytes(frame.Json)), Failure: null);
                        return new ReplyPrinter(terminal, line.GetValue(options.Output), quiet).Print([outcome], show);
                    case StreamFrames.End:
                        display.End();
                        return EndOf(FramePrinter.Read(frame, Replies.Json.StreamEnd));
                }
            }
        }
        finally
        {
            display.End();
        }

        throw Unreachable.Lost("the daemon has ended the stream without a word");
    }

    private static int EndOf(StreamEnd end) => end.Code switch
    {
        StreamEnd.Deleted => ExitCodes.Done,
        StreamEnd.Stopping or StreamEnd.BrokerLost => throw new CliException(ExitCodes.Unreachable, end.Reason),
        _ => throw new CliException(ExitCodes.Refused, $"disconnected: {end.Reason}"),
    };

    private static async Task<IReadOnlyList<Outcome>> AskAllAsync(
        ITransport transport, IReadOnlyList<RequestEnvelope> requests, CancellationToken cancel)
    {
        if (requests is [var only])
        {
            return [await AskAsync(transport, only, cancel)];
        }

        using var turns = new SemaphoreSlim(MaxAtOnce);
        return await Task.WhenAll(requests.Select(async request =>
        {
            await turns.WaitAsync(cancel);
            try
            {
                return await AskAsync(transport, request, cancel);
            }
            finally
            {
                turns.Release();
            }
        }));
    }

    private static async Task<Outcome> AskAsync(
        ITransport transport, RequestEnvelope request, CancellationToken cancel)
    {
        try
        {
            return new Outcome(request, await transport.SendAsync(request, cancel), Failure: null);
        }
        catch (CliException e)
        {
            return new Outcome(request, Reply: null, e);
        }
    }
}
