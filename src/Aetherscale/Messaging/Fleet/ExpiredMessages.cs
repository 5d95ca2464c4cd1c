using Aetherscale.Commands;
using Aetherscale.Contract;
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

    /// <returns>The reply; <see cref="Reply.Elsewhere"/> where none is due: who only looked has been told that there was no answer.</returns>
    public Reply Take(BasicDeliverEventArgs message)
    {
        // What has not come by this exchange has not waited anywhere; it was put into the queue.
        if (message.Exchange != AmqpRoutes.DeadLetterExchange || message.BasicProperties.Type == FleetMessage.Probe || Read(message) is not { } request)
        {
            return Reply.Elsewhere;
        }

        var properties = message.BasicProperties;
        var queue = properties.Text(FirstQueue) ?? "";
        var who = AmqpRoutes.HostOf(queue) is { } host ? $"{Quoted.Plain(host)} was away" : "no host took the command";
        var until = properties.Instant(FleetHeaders.Deadline) is { } deadline ? $" until its deadline, {deadline:u}" : " until its deadline";
        var requester = properties.Text(FleetHeaders.Requester) ?? (properties.UserId is { } user ? $"user={user}" : "an unnamed client");
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
