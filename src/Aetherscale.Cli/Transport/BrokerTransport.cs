using System.Text.Json;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Settings;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Transport;

/// <summary>Messages by a RabbitMQ broker: one connection for all requests, opened by the first.</summary>
internal sealed class BrokerTransport(BrokerPlace place, Surroundings around) : ITransport
{
    private readonly Lock _opening = new();
    private Task<BrokerLink>? _link;
    private Task<BrokerCalls>? _calls;

    public async Task<Reply> SendAsync(RequestEnvelope request, CancellationToken cancel)
    {
        var calls = await CallsAsync(cancel);
        return await calls.AskAsync(request, cancel);
    }

    public async Task<IGuestStream> ConnectAsync(string vm, int port, CancellationToken cancel)
    {
        var calls = await CallsAsync(cancel);
        var stream = await BrokerGuestStream.PrepareAsync(await LinkAsync(cancel), around, cancel);
        try
        {
            var options = new ConnectVmOptions { VmId = vm, Port = port, Queue = stream.Queue };
            var reply = await calls.AskAsync(
                new RequestEnvelope
                {
                    Command = CommandNames.ConnectVm,
                    Options = JsonSerializer.SerializeToElement(options, ContractJson.Wire.ConnectVmOptions),
                    RequestId = around.NewRequestId(),
                },
                cancel);
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

    public IAsyncEnumerable<DaemonFrame> FollowAsync(string path, CancellationToken cancel) =>
        throw new CliException(ExitCodes.Usage, "a broker carries answers and not streams: this works on the daemon's own host, over its socket")
        {
            Advice = "Over the broker, ask again and again:  why-vm, logs-vm without --follow, list-vms",
        };

    public IAsyncEnumerable<DaemonFrame> TellAsync(RequestEnvelope request, CancellationToken cancel) => FollowAsync(ApiRoutes.Commands, cancel);

    public IAsyncEnumerable<DaemonFrame> UploadAsync(string path, SourceFile? source, CancellationToken cancel) =>
        throw new CliException(ExitCodes.Usage, "a broker carries messages and no files: this works on the daemon's own host, over its socket");

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
