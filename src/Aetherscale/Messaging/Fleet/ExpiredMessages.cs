using Aetherscale.Commands;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// Commands that waited for a host until their deadline: the broker takes them out of its queue, and whichever host gets them counts them and
/// tells their requesters.
/// </summary>
/// <remarks>
/// A host may have begun one, and been killed before it acknowledged it: the broker does not say so with what has expired.
/// </remarks>
internal sealed class ExpiredMessages(FleetHost me, CommandRouter router, ILogger logger)
{
    private const string FirstQueue = "x-first-death-queue";

    /// <summary>What the time between two looks at a clock may come to.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromMilliseconds(100);

    /// <returns>The reply; <see cref="Reply.Elsewhere"/> where none is due: who only looked has been told that there was no answer.</returns>
    public Reply Take(BasicDeliverEventArgs message)
    {
        // What has not come by this exchange has not waited anywhere; it was put into the queue.
        if (message.Exchange != AmqpRoutes.DeadLetterExchange || message.BasicProperties.Type == FleetMessage.Probe || Read(message) is not { } request)
        {
            return Reply.Elsewhere;
        }

        var properties = message.BasicProperties;
        var death = DeathOf(properties);
        var isByAHost = death?.Text("exchange") is AmqpRoutes.HostExchange or AmqpRoutes.VmExchange;
        if (isByAHost && WaitedForLessThanItMight(properties, death!.Text("original-expiration")))
        {
            return Reply.Elsewhere;
        }

        var queue = properties.Text(FirstQueue) ?? "";
        var who = AmqpRoutes.HostOf(queue) is { } host ? $"{Quoted.Plain(host)} was away" : "no host took the command";
        var until = properties.Instant(FleetHeaders.Deadline) is { } deadline ? $" until its deadline, {deadline:u}" : " until its deadline";
        var requester = properties.UserId is { Length: > 0 } user ? $"user={user}" : (isByAHost ? properties.Text(FleetHeaders.Requester) : null) ?? "an unnamed client";
        var requestId = request.RequestId ?? properties.MessageId;
        router.CountExpired();
        FleetLog.Expired(logger, Quoted.Plain(request.Command), Quoted.Plain(requester), Quoted.Plain(requestId ?? ""), $"{who}{until}");
        return !Outgoing.Waits(request.Command) ? Reply.Elsewhere : new Reply(new ExecutionInfo
        {
            Status = ExecutionInfo.Error,
            Host = me.Name,
            Code = DeadlinePassed,
            Reason = $"{Quoted.Plain(request.Command)} is not begun any more: {who}{until}; "
                + "send it again, with the same request id if there was one, if it is still wanted.",
            RequestId = RequestReader.IsRequestId(requestId) ? requestId : null,
        });
    }

    /// <summary>How it came to the queue in which it has expired, and what its <c>expiration</c> was, which the broker takes off it.</summary>
    private static IDictionary<string, object?>? DeathOf(IReadOnlyBasicProperties properties) =>
        properties.Headers?.TryGetValue("x-death", out var deaths) is true ? (deaths as IList<object>)?.FirstOrDefault() as IDictionary<string, object?> : null;

    /// <summary>
    /// Whether a host sent it that did not let it wait until its deadline: a create for one of those that had offered to take it. That host
    /// has gone on to the next, and answers the requester whatever comes of it. Both instants are by its own clock.
    /// </summary>
    private static bool WaitedForLessThanItMight(IReadOnlyBasicProperties properties, string? expiration) =>
        properties.Instant(FleetHeaders.Deadline) is { } deadline && properties.Instant(FleetHeaders.Now) is { } sent
        && int.TryParse(expiration, out var wait) && wait < int.MaxValue && deadline - sent > TimeSpan.FromMilliseconds(wait) + s_slack;

    private static RequestEnvelope? Read(BasicDeliverEventArgs message)
    {
        try
        {
            return message.Body.Length > ApiRoutes.MaxRequestBytes ? null : RequestReader.Read(message.Body.ToArray());
        }
        catch (AetherscaleException)
        {
            return null;
        }
    }
}
