using Aetherscale.Commands;
using Aetherscale.Contract;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Who sent a message, as its properties tell.</summary>
internal static class Sender
{
    /// <summary>
    /// Whether it came by an exchange that hosts alone may write to, where the broker's permissions are as they should be. The broker says
    /// by which; from others, headers that tell for whom it is sent mean nothing.
    /// </summary>
    public static bool IsAHost(BasicDeliverEventArgs message) =>
        message.Exchange is AmqpRoutes.HostExchange or AmqpRoutes.VmExchange or AmqpRoutes.AskExchange;

    /// <param name="queue">Where it came in.</param>
    /// <param name="message">The message.</param>
    /// <param name="isForThisHost">Whether it was sent to this host alone.</param>
    /// <param name="clocks">Tells a host's instants by our clock.</param>
    /// <param name="now">The present.</param>
    public static Requester Of(string queue, BasicDeliverEventArgs message, bool isForThisHost, FleetClocks clocks, DateTimeOffset now)
    {
        var properties = message.BasicProperties;
        var user = properties.UserId is { Length: > 0 } id ? $" user={Quoted.Plain(id)}" : "";
        var requester = new Requester($"amqp queue={Quoted.Plain(queue)}{user}", WaitsByDefault: false)
        {
            Door = "amqp",
            User = properties.UserId is { Length: > 0 } whom ? Quoted.Plain(whom) : null,
            RequestId = properties.MessageId,
            Scope = user.Length > 0 ? $"amqp{user}" : $"amqp queue={Quoted.Plain(queue)}",
            AsksTheFleet = true,
            IsForThisHost = isForThisHost,
            ReturnTo = new ReturnAddress(properties.ReplyTo, properties.CorrelationId),
            Deadline = long.TryParse(properties.Expiration, out var wait) && wait is >= 0 and <= int.MaxValue ? now + TimeSpan.FromMilliseconds(wait) : null,
        };
        return !IsAHost(message) || properties.Text(FleetHeaders.Scope) is not { } scope ? requester : requester with
        {
            Name = properties.Text(FleetHeaders.Requester) is { } name ? Quoted.Plain(name) : requester.Name,
            WaitsByDefault = properties.Text(FleetHeaders.Waits) == "true",
            Scope = scope,
            User = properties.Text(FleetHeaders.User) is { } asked ? Quoted.Plain(asked) : null,
            Deadline = clocks.DeadlineOf(properties) ?? requester.Deadline,
            IsDeadlineSettled = true,
            IsDeadlineForTheWay = properties.Text(FleetHeaders.NoDeadlineAsked) == "true",
        };
    }
}
