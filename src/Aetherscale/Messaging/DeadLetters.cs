using Aetherscale.Contract;
using Aetherscale.Messaging.Fleet;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging;

/// <summary>Puts messages aside, for people to look at.</summary>
internal sealed class DeadLetters(Sessions sessions)
{
    /// <summary>Of a message that is too long to be read its beginning says whose it is.</summary>
    private const int MostKept = 64 * 1024;

    private const int MaxAttempts = 5;

    /// <summary>The message is copied before this returns for the first time. A connection that is lost meanwhile is waited for.</summary>
    /// <exception cref="Exception">The broker does not take it, or the daemon ends.</exception>
    public async Task PutAsync(BasicDeliverEventArgs message, string reason, CancellationToken cancellationToken)
    {
        var key = message.RoutingKey;
        var body = (message.Body.Length > ApiRoutes.MaxRequestBytes ? message.Body[..MostKept] : message.Body).ToArray();
        var properties = new BasicProperties(message.BasicProperties) { Expiration = null, Persistent = true };
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>()) { [FleetHeaders.Reason] = reason };
        if (properties.UserId is { } user)
        {
            // The broker takes none but our own there.
            properties.Headers[FleetHeaders.User] = user;
            properties.UserId = null;
        }

        for (var attempt = 1; ; attempt++)
        {
            var session = await sessions.GetAsync(cancellationToken);
            try
            {
                await session.PutAsideAsync(key, properties, body, cancellationToken);
                return;
            }
#pragma warning disable CA1031 // The library throws all kinds of things; what matters is whether the connection is there still.
            catch (Exception) when (!session.IsOpen && attempt < MaxAttempts)
#pragma warning restore CA1031
            {
                // The next one takes it.
            }
        }
    }
}
