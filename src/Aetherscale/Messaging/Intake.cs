using System.Text;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Messaging.Fleet;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging;

/// <summary>From a delivered message to its reply and its acknowledgement.</summary>
internal sealed class Intake(
    CommandRouter router, Sessions sessions, FleetHost host, VmClaims claims, FleetClocks clocks, BackgroundWork work, TimeProvider time, ILogger<Intake> logger) : IDisposable
{
    private const int MaxAttempts = 5;

    /// <summary>
    /// RabbitMQ closes the channel of a message that is not acknowledged within 30 minutes (its <c>consumer_timeout</c>), and with it the
    /// whole session: what takes as long as this is acknowledged before it is done.
    /// </summary>
    private static readonly TimeSpan s_acknowledgedAfter = TimeSpan.FromMinutes(20);

    private readonly PendingMessages _pending = new(time);
    private readonly ExpiredMessages _expired = new(host, router, logger);
    private readonly CancellationTokenSource _closed = new();
    private readonly DeadLetters _deadLetters = new(sessions);

    /// <summary>
    /// Begins the command before it returns: in the order in which messages are taken, commands get in line at their VM.
    /// </summary>
    public void Take(Session session, string queue, BasicDeliverEventArgs message, bool isAcknowledged, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
        {
            // Not acknowledged, it goes to the next daemon.
            return;
        }

        var properties = message.BasicProperties;
        var isForThisHost = queue == AmqpRoutes.HostQueue(host.Name);
        if (isForThisHost && properties.Type == FleetMessage.Probe && Sender.IsAHost(message))
        {
            work.Adopt(AnswerProbeAsync(session, message, stopping), "An answer about a VM's name");
            return;
        }

        var key = MessageKey.Of(properties, message.Body.Span);
        var delivery = new Delivery(session.Number, message.DeliveryTag);
        if (message.Redelivered && _pending.TakeOver(key, delivery) is { } known)
        {
            MessagingLog.TakenOver(logger, known.Requester);
            if (isAcknowledged)
            {
                _pending.TryAcknowledge(known, session.Number, out _);
            }

            if (known.IsDone)
            {
                work.Adopt(AcknowledgeAsync(known), "An acknowledgement");
            }

            return;
        }

        var requester = Sender.Of(queue, message, isForThisHost, clocks, time.GetUtcNow()) with
        {
            OpenStream = async (clientQueue, cancellationToken) =>
            {
                var client = await session.OpenStreamAsync(clientQueue, time, cancellationToken);
                return (client.Queue, client);
            },
        };
        var pending = new PendingMessage(key, requester.Name, delivery);
        _pending.Add(pending);
        if (isAcknowledged)
        {
            _pending.TryAcknowledge(pending, session.Number, out _);
        }

        if (Sender.IsAHost(message) && properties.Text(FleetHeaders.ReceiptTo) is { } receiptTo && session.Fleet is { } link)
        {
            var receipt = new BasicProperties { Type = FleetMessage.Receipt, CorrelationId = properties.Text(FleetHeaders.Receipt) };
            work.Adopt(link.SendAsync("", receiptTo, receipt, ReadOnlyMemory<byte>.Empty, stopping), "A receipt");
        }

        var run = queue == AmqpRoutes.ExpiredQueue
            ? Task.FromResult(_expired.Take(message))
            : message.Body.Length > ApiRoutes.MaxRequestBytes
            ? isForThisHost || queue == AmqpRoutes.PlacementQueue ? PutAsideAsync(message, TooLong(), requester) : Task.FromResult(router.Refuse(TooLong(), null, requester))
            : message.Redelivered && IsCreateWithoutId(message)
            ? PutAsideAsync(message, CameBefore(), requester)
            : router.RunAsync(message.Body.ToArray(), requester, stopping);
        work.Adopt(FinishAsync(pending, run), requester.Name);
    }

    /// <summary>What came in by it may come again.</summary>
    public void Ended(Session session) => _pending.SessionEnded(session.Number);

    /// <summary>What came in by others and has not come again does not any more.</summary>
    public void Settled(Session session) => _pending.SessionSettled(session.Number);

    /// <summary>Gives up replies that no connection takes.</summary>
    public void Close() => _closed.Cancel();

    public void Dispose() => _closed.Dispose();

    private static AetherscaleException TooLong() =>
        new(BadRequest, $"The message cannot be read: It is longer than {ApiRoutes.MaxRequestBytes} bytes.");

    /// <summary>Whether it cannot be told from a second create, if it was carried out when it came first.</summary>
    private static bool IsCreateWithoutId(BasicDeliverEventArgs message)
    {
        try
        {
            return message.BasicProperties.MessageId is null
                && RequestReader.Read(message.Body.ToArray()) is { Command: CommandNames.CreateVm, RequestId: null };
        }
        catch (AetherscaleException)
        {
            return false;
        }
    }

    private static AetherscaleException CameBefore() => new(
        DeliveredBefore,
        "It came again without an id, after it may have been carried out. See by list-vms whether the VM is there, and send create-vm with a request-id: then it takes effect once.");

    private async Task<Reply> PutAsideAsync(BasicDeliverEventArgs message, AetherscaleException reason, Requester requester)
    {
        await _deadLetters.PutAsync(message, reason.Message, _closed.Token);
        FleetLog.PutAside(logger, requester.Name, AmqpRoutes.DeadLetterQueue, reason.Message);
        return router.Refuse(reason, null, requester);
    }

    private async Task AnswerProbeAsync(Session session, BasicDeliverEventArgs message, CancellationToken stopping)
    {
        var (properties, tag, key) = (message.BasicProperties, message.DeliveryTag, Encoding.UTF8.GetString(message.Body.Span));
        try
        {
            if (session.Fleet is { } link)
            {
                await claims.AnswerProbeAsync(link, properties, key, stopping);
            }
        }
        finally
        {
            // Whoever asked does not wait any more when it comes again.
            if (session.IsOpen)
            {
                await session.AcknowledgeAsync(tag, stopping);
            }
        }
    }

    private async Task FinishAsync(PendingMessage pending, Task<Reply> run)
    {
        try
        {
            await ReplyAsync(pending, await EndAsync(pending, run));
        }
#pragma warning disable CA1031 // A message that cannot be dealt with is not to come again: that is what the next line is for.
        catch (Exception error)
#pragma warning restore CA1031
        {
            MessagingLog.Failed(logger, error, pending.Requester);
        }

        _pending.Done(pending);
        await AcknowledgeAsync(pending);
    }

    private async Task<Reply> EndAsync(PendingMessage pending, Task<Reply> run)
    {
        try
        {
            return await run.WaitAsync(s_acknowledgedAfter, time);
        }
        catch (TimeoutException) when (!run.IsCompleted)
        {
            MessagingLog.TakesLong(logger, pending.Requester, s_acknowledgedAfter.TotalMinutes);
            await AcknowledgeAsync(pending);
            return await run;
        }
    }

    private async Task ReplyAsync(PendingMessage pending, Reply reply)
    {
        if (pending.Key.ReplyTo is not { Length: > 0 } replyTo || reply == Reply.Elsewhere)
        {
            return;
        }

        var body = reply.ToJson();
        var properties = new BasicProperties { ContentType = "application/json" };
        if (pending.Key.CorrelationId is { } correlationId)
        {
            properties.CorrelationId = correlationId;
        }

        // A reply that costs the connection each time is not to do so for ever.
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            Session? session = null;
            try
            {
                session = await sessions.GetAsync(_closed.Token);
                await session.ReplyAsync(replyTo, properties, body, _closed.Token);
                return;
            }
#pragma warning disable CA1031 // The library throws all kinds of things; what matters is whether the connection is there still.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (session is { IsOpen: false } && attempt == MaxAttempts)
                {
                    MessagingLog.ReplyLost(logger, pending.Requester, Quoted.Plain(error.Message));
                }
                else if (session is { IsOpen: true } && BrokerFailure.IsTooLarge(error) && reply.ExecutionInfo.Code != ReplyTooLarge)
                {
                    await ReplyAsync(pending, reply.TooLarge());
                    return;
                }
                else if (session is not { IsOpen: false })
                {
                    MessagingLog.ReplyDropped(logger, pending.Requester, Quoted.Plain(error.Message));
                    return;
                }
            }
        }
    }

    /// <summary>Once for each delivery; without a connection the broker delivers it again, and then it is done.</summary>
    private async Task AcknowledgeAsync(PendingMessage pending)
    {
        if (sessions.Current is not { } session || !_pending.TryAcknowledge(pending, session.Number, out var tag))
        {
            return;
        }

        try
        {
            await session.AcknowledgeAsync(tag, _closed.Token);
        }
#pragma warning disable CA1031 // As for replies.
        catch (Exception error)
#pragma warning restore CA1031
        {
            MessagingLog.Cause(logger, error);
        }
    }
}
