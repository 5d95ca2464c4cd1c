using RabbitMQ.Client;

namespace Aetherscale.Messaging;

/// <summary>
/// Sends what may cost its channel, which nothing else shares: replies to requesters that have gone (on some versions of RabbitMQ), and
/// messages longer than the broker takes.
/// </summary>
internal sealed class Replies(IConnection connection) : IDisposable
{
    /// <summary>Longer than it takes to notice that the network has fallen silent.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IChannel? _channel;

    /// <summary>Sends a message and waits until the broker has it. Whether any queue takes it is not told.</summary>
    /// <exception cref="Exception">It could not be sent; when the connection is open still, that is the message's own fault.</exception>
    public async Task SendAsync(string exchange, string key, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        try
        {
            var shared = await ChannelAsync(deadline.Token);
            await shared.BasicPublishAsync(exchange, key, mandatory: false, properties, body, deadline.Token);
        }
#pragma warning disable CA1031 // Whatever it was, another message may have closed the channel that they share: this one is tried alone.
        catch (Exception) when (connection.IsOpen && !deadline.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await using var alone = await OpenChannelAsync(deadline.Token);
            await alone.BasicPublishAsync(exchange, key, mandatory: false, properties, body, deadline.Token);
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<IChannel> ChannelAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_channel is { IsOpen: false } closed)
            {
                _channel = null;
                await closed.DisposeAsync();
            }

            return _channel ??= await OpenChannelAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A publication on it is over when the broker has confirmed it.</summary>
    private Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken) => connection.CreateChannelAsync(
        new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
}
