using System.Runtime.CompilerServices;
using System.Text.Json;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Settings;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Contract.Streams;

namespace Aetherscale.Cli.Transport;

/// <summary>Messages by a RabbitMQ broker: one connection for all requests, opened by the first.</summary>
internal sealed class BrokerTransport(BrokerPlace place, Surroundings around, Addressing address) : ITransport
{
    private readonly Lock _opening = new();
    private Task<BrokerLink>? _link;
    private Task<BrokerCalls>? _calls;

    public async Task<Reply> SendAsync(RequestEnvelope request, CancellationToken cancel)
    {
        var calls = await CallsAsync(cancel);
        return await calls.AskAsync(address.On(request), cancel);
    }

    public Task<IGuestStream> ConnectAsync(string vm, int port, CancellationToken cancel) => OpenStreamAsync(
        CommandNames.ConnectVm,
        queue => JsonSerializer.SerializeToElement(
            new ConnectVmOptions { VmId = vm, Port = port, Queue = queue }, ContractJson.Wire.ConnectVmOptions),
        cancel);

    public Task<IGuestStream> OpenConsoleAsync(string vm, int lines, CancellationToken cancel) => OpenStreamAsync(
        CommandNames.ConsoleVm,
        queue => JsonSerializer.SerializeToElement(
            new ConsoleVmOptions { VmId = vm, Lines = lines, Queue = queue }, ContractJson.Wire.ConsoleVmOptions),
        cancel);

    public async IAsyncEnumerable<DaemonFrame> FollowAsync(FollowRequest what, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var stream = await OpenStreamAsync(what.Command, what.Options, cancel);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(StreamSilence.Longest);
        var buffer = new byte[StreamMessage.MaxDataBytes];
        var frames = new FrameReader(async () => buffer.AsMemory(0, await stream.ReadAsync(buffer, silence.Token)));
        while (await NextAsync(frames, silence, cancel) is { } frame)
        {
            yield return frame;
        }
    }

    public IAsyncEnumerable<DaemonFrame> TellAsync(RequestEnvelope request, CancellationToken cancel) => throw NoFiles();

    public IAsyncEnumerable<DaemonFrame> UploadAsync(string path, SourceFile? source, CancellationToken cancel) => throw NoFiles();

    public async ValueTask DisposeAsync()
    {
        if (_calls is { IsCompletedSuccessfully: true } calls)
        {
            await (await calls).DisposeAsync();
        }

        if (_link is { IsCompletedSuccessfully: true } link)
        {
            await (await link).DisposeAsync();
        }
    }

    private static CliException NoFiles() =>
        new(ExitCodes.Usage, "a broker carries messages and no files: this works on the daemon's own host, over its socket");

    private static async Task<DaemonFrame?> NextAsync(FrameReader frames, CancellationTokenSource silence, CancellationToken cancel)
    {
        try
        {
            return await frames.ReadAsync(() => silence.CancelAfter(StreamSilence.Longest));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw StreamSilence.Error();
        }
    }

    private async Task<IGuestStream> OpenStreamAsync(string command, Func<string, JsonElement> options, CancellationToken cancel)
    {
        var calls = await CallsAsync(cancel);
        var stream = await BrokerGuestStream.PrepareAsync(await LinkAsync(cancel), around, cancel);
        try
        {
            var reply = await calls.AskAsync(
                address.On(new RequestEnvelope { Command = command, Options = options(stream.Queue), RequestId = around.NewRequestId() }), cancel);
            stream.Begin(!reply.Response.IsEmpty
                ? reply.Read(Replies.Json.ConnectVmResponse).Queue
                : throw new CliException(ExitCodes.Refused, reply.ExecutionInfo.Describe()));
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private Task<BrokerCalls> CallsAsync(CancellationToken cancel)
    {
        lock (_opening)
        {
            return _calls ??= OpenAsync();
        }

        async Task<BrokerCalls> OpenAsync() => await BrokerCalls.OpenAsync(await LinkAsync(cancel), around, cancel);
    }

    private Task<BrokerLink> LinkAsync(CancellationToken cancel)
    {
        lock (_opening)
        {
            return _link ??= BrokerLink.OpenAsync(place, around, cancel);
        }
    }
}
