using System.Security.Authentication;
using Aetherscale.Contract;
using RabbitMQ.Client;

namespace Aetherscale.Messaging;

/// <summary>Opens connections to one node of the broker. None of them mends itself: <see cref="BrokerDoor"/> opens the next one.</summary>
/// <param name="access">Which node, and as whom.</param>
/// <param name="isAlone">Whether there is no other to go to.</param>
/// <param name="clientName">What the broker's owner sees us as.</param>
/// <param name="time">Tells what has expired.</param>
internal sealed class BrokerConnection(BrokerAccess access, bool isAlone, string clientName, TimeProvider time)
{
    /// <summary>The library gives up a network that has been silent for about four of these.</summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);

    /// <summary>For the first answer of a machine that may be off, where there is another. The machine gives it, however busy its broker is.</summary>
    private static readonly TimeSpan s_knock = TimeSpan.FromSeconds(2);

    /// <summary>More than a broker lets through: a message that the library refuses would come back for ever.</summary>
    private const uint MaxBodyBytes = 1024 * 1024 * 1024;

    /// <summary>RabbitMQ's own default; a broker that offers more, or any length, does not get it.</summary>
    private const uint MaxFrameBytes = 128 * 1024;

    public BrokerAccess Access => access;

    /// <exception cref="BrokerException">There is no way; the message says why.</exception>
    public async Task<IConnection> OpenAsync(BrokerCredentials user, CancellationToken cancellationToken)
    {
        using var tls = access.Tls(time);
        var address = access.Address;
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            VirtualHost = address.VirtualHost,
            UserName = user.UserName,
            Password = user.Password,
            ClientProvidedName = clientName,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = s_heartbeat,
            RequestedConnectionTimeout = isAlone ? s_patience : s_knock,
            HandshakeContinuationTimeout = s_patience,
            ContinuationTimeout = s_patience,
            RequestedFrameMax = MaxFrameBytes,
            MaxInboundMessageBodySize = MaxBodyBytes,
            AuthMechanisms = user.IsCertificate ? [new ExternalMechanismFactory()] : ConnectionFactory.DefaultAuthMechanisms,
            Ssl = new SslOption(address.Host, enabled: address.UseTls)
            {
                Version = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = tls?.Client,
                CertificateValidationCallback = tls is null ? null : (_, certificate, chain, errors) => tls.Accepts(certificate, chain, errors),
            },
        };
        using var deadline = new CancellationTokenSource(s_patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await factory.CreateConnectionAsync(either.Token);
        }
#pragma warning disable CA1031 // The library throws what its socket, its TLS and its parser throw; each means the same here.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            var refused = tls?.Problem;
            if (tls is not null && refused is null && BrokerFailure.MayHideAnAlert(error))
            {
                refused = await tls.ListenAsync(address.Port, cancellationToken);
            }

            throw BrokerFailure.Of(error, access, user, refused);
        }
    }
}
