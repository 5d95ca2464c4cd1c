using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Cli.Transport;

/// <summary>Requests to <see cref="AmqpRoutes.CommandQueue"/> and their replies, any number at a time.</summary>
/// <remarks>
/// Replies come by direct reply-to, which the broker drops when this channel is gone. So it would a queue of our own that is gone
/// with us, and that costs a declaration, a deletion, and the right to declare queues.
/// </remarks>
internal sealed class BrokerCalls : IAsyncDisposable
{
    private const string DirectReplyTo = "amq.rabbitmq.reply-to";

    /// <summary>
    /// How long a request may lie in the queue. Nobody must be surprised by a command that is carried out long after its sender
    /// has given up. A deadline says otherwise.
    /// </summary>
    private static readonly TimeSpan s_takenWithin = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Above the longest that a VM can be waited for, and the longest grace that a daemon's settings can give a guest, with
    /// commands in line before it.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(26);

    /// <summary>Half of what a daemon's unit waits (RestartSec) before it starts a daemon that was killed anew.</summary>
    private static readonly TimeSpan s_check = TimeSpan.FromMilliseconds(500);

    private readonly BrokerLink _link;
    private readonly IChannel _channel;
    private readonly Surroundings _around;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Reply>> _waiting = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _over = new();
    private Task _watch = Task.CompletedTask;

    private BrokerCalls(BrokerLink link, IChannel channel, Surroundings around)
    {
        _link = link;
        _channel = channel;
        _around = around;
    }

    /// <exception cref="CliException">No daemon takes commands from this broker.</exception>
    public static async Task<BrokerCalls> OpenAsync(BrokerLink link, Surroundings around, CancellationToken cancel)
    {
        var channel = await link.OpenChannelAsync(confirms: true, cancel);
        var calls = new BrokerCalls(link, channel, around);
        await link.CheckDaemonAsync(channel, cancel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += calls.OnReplyAsync;
        channel.ChannelShutdownAsync += calls.OnShutdownAsync;
        await link.AskAsync(token => channel.BasicConsumeAsync(DirectReplyTo, autoAck: true, consumer, token), cancel);
        calls._watch = calls.WatchAsync();
        return calls;
    }

    /// <summary>Sends one request, once, and waits for its reply.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public async Task<Reply> AskAsync(RequestEnvelope request, CancellationToken cancel)
    {
        var id = request.RequestId!;
        var waits = request.Deadline is { } latest ? latest - _around.Time.GetUtcNow() : TimeSpan.Zero;
        var patience = (request.MayTakeLong() ? s_patience : s_takenWithin) + (waits > TimeSpan.Zero ? waits : TimeSpan.Zero);
        var answer = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            await PublishAsync(request, id, cancel);
            return await answer.Task.WaitAsync(patience, _around.Time, cancel);
        }
        catch (PublishReturnException)
        {
            throw BrokerFailure.NoDaemon(_link.Place, $"it has no queue {AmqpRoutes.CommandQueue}");
        }
        catch (CliException e)
        {
            throw BrokerFailure.AfterSending(e, request.ChangesSomething());
        }
        catch (TimeoutException)
        {
            var late = BrokerFailure.Lost(_link.Place, $"no reply within {patience.TotalMinutes} min");
            throw BrokerFailure.AfterSending(late, request.ChangesSomething());
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _watch;
        _over.Dispose();
        _turn.Dispose();
    }

    private async Task PublishAsync(RequestEnvelope request, string id, CancellationToken cancel)
    {
        var body = request.ToJson();
        var takenWithin = request.Deadline is { } latest ? latest - _around.Time.GetUtcNow() : s_takenWithin;
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            CorrelationId = id,
            MessageId = id,
            ReplyTo = DirectReplyTo,
            AppId = CliRoot.ProgramName,
            Expiration = Math.Max(1, (long)takenWithin.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        };
        if (_link.Place.Credentials is { IsCertificate: false, UserName: var user })
        {
            properties.UserId = user; // checked by the broker, and named in the daemon's log and the VM's history
        }

        await _turn.WaitAsync(cancel);
        try
        {
            await _link.AskAsync(
                async token =>
                {
                    await _channel.BasicPublishAsync("", AmqpRoutes.CommandQueue, mandatory: true, properties, body, token);
                    return true;
                },
                cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task OnReplyAsync(object sender, BasicDeliverEventArgs message)
    {
        if (message.BasicProperties.CorrelationId is { } id && _waiting.TryGetValue(id, out var answer))
        {
            try
            {
                answer.TrySetResult(Reply.Parse(message.Body.ToArray()));
            }
            catch (JsonException)
            {
                answer.TrySetException(new CliException(
                    ExitCodes.Unreachable,
                    $"what answers by the broker {_link.Place.Address} is not an aetherscale daemon: a reply without an envelope"));
            }
        }

        return Task.CompletedTask;
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        Fail(BrokerFailure.Lost(_link.Place, "it closed the connection"));
        return Task.CompletedTask;
    }

    /// <summary>A socket tells when the daemon ends. Here only its absence does: nobody takes from the queue any more.</summary>
    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_check, _around.Time, _over.Token);
                await _turn.WaitAsync(_over.Token);
                try
                {
                    await _link.CheckDaemonAsync(_channel, _over.Token);
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (CliException e)
        {
            Fail(e);
        }
        catch (OperationCanceledException)
        {
            // All replies are there.
        }
    }

    private void Fail(CliException error)
    {
        foreach (var answer in _waiting.Values)
        {
            answer.TrySetException(error);
        }
    }
}
