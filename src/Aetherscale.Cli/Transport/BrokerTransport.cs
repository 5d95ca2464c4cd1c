using System.Diagnostics.CodeAnalysis;
using Aetherscale.Cli.Settings;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Transport;

/// <summary>Messages by a RabbitMQ broker: one connection for all requests, opened by the first.</summary>
internal sealed class BrokerTransport(BrokerPlace place, Surroundings around) : ITransport
{
    private readonly Lock _opening = new();
    private Task<BrokerLink>? _link;
    private Task<BrokerCalls>? _calls;

    public async Task<ReplyEnvelope> SendAsync(RequestEnvelope request, CancellationToken cancel)
    {
        var calls = await CallsAsync(cancel);
        return await calls.AskAsync(request, cancel);
    }

    public async Task<IGuestStream> ConnectAsync(string vm, int port, CancellationToken cancel)
    {
        throw new NotSupportedException();
    }

    [SuppressMessage("Reliability", "CA2016", Justification = "What was not opened has said why already.")]
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
