using Aetherscale.Commands;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Who sent a message, as its properties tell.</summary>
internal static class Sender
{
    /// <param name="queue">Where it came in.</param>
    /// <param name="message">The message.</param>
    /// <param name="isAmongHosts">Whether hosts put on it who had sent it to them; from others such headers mean nothing.</param>
    /// <param name="isForThisHost">Whether it was sent to this host alone.</param>
    /// <param name="now">The present.</param>
    public static Requester Of(string queue, BasicDeliverEventArgs message, bool isAmongHosts, bool isForThisHost, DateTimeOffset now)
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
        return !isAmongHosts || properties.Text(FleetHeaders.Scope) is not { } scope ? requester : requester with
        {
            Name = properties.Text(FleetHeaders.Requester) is { } name ? Quoted.Plain(name) : requester.Name,
            WaitsByDefault = properties.Text(FleetHeaders.Waits) == "true",
            Scope = scope,
            User = properties.Text(FleetHeaders.User) is { } asked ? Quoted.Plain(asked) : null,
            Deadline = properties.Instant(FleetHeaders.Deadline) ?? requester.Deadline,
        };
    }
}
