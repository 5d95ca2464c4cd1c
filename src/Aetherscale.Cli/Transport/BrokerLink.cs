using System.Security.Authentication;
using Aetherscale.Cli.Settings;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Cli.Transport;

/// <summary>A connection to a broker. It is not mended: what breaks it is told to the user, who types the command again.</summary>
internal sealed class BrokerLink : IAsyncDisposable
{
    /// <summary>From the first packet until the broker has let us in.</summary>
    private static readonly TimeSpan s_reachPatience = TimeSpan.FromSeconds(5);

    /// <summary>For the first answer of a machine that may be off, where there is another.</summary>
    private static readonly TimeSpan s_knock = TimeSpan.FromSeconds(2);

    /// <summary>For one answer of the broker's, on an open connection.</summary>
    private static readonly TimeSpan s_answerPatience = TimeSpan.FromSeconds(5);

    /// <summary>A broker that has been silent for twice as long is taken for gone.</summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>A good-bye is polite, no more.</summary>
    private static readonly TimeSpan s_goodbye = TimeSpan.FromMilliseconds(500);

    private const uint MaxReplyBytes = 256 * 1024 * 1024;

    private readonly IConnection _connection;
    private readonly Surroundings _around;

    private string? _blocked;

    private BrokerLink(IConnection connection, BrokerPlace place, Surroundings around)
    {
        connection.ConnectionBlockedAsync += (_, blocked) =>
        {
            _blocked = blocked.Reason;
            return Task.CompletedTask;
        };
        _connection = connection;
        Place = place;
        _around = around;
    }

    /// <summary>With the node that this leads to.</summary>
    public BrokerPlace Place { get; }

    /// <summary>Connects to the first node that lets us in.</summary>
    /// <exception cref="CliException">None is there, answers, and lets us in.</exception>
    public static async Task<BrokerLink> OpenAsync(BrokerPlace place, Surroundings around, CancellationToken cancel)
    {
        var failures = new List<CliException>();
        foreach (var address in place.Addresses)
        {
            try
            {
                return await OpenNodeAsync(place with { Address = address }, around, cancel);
            }
            catch (CliException e) when (e.ExitCode == ExitCodes.Unreachable)
            {
                failures.Add(e);
            }
        }

        throw BrokerFailure.NoNode(failures);
    }

    private static async Task<BrokerLink> OpenNodeAsync(BrokerPlace place, Surroundings around, CancellationToken cancel)
    {
        var address = place.Address;
        using var tls = ReadTls(place, around);
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            VirtualHost = address.VirtualHost,
            UserName = place.Credentials.UserName,
            Password = place.Credentials.Password,
            ClientProvidedName = CliRoot.ProgramName,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = place.Addresses.Count == 1 ? s_reachPatience : s_knock,
            HandshakeContinuationTimeout = s_reachPatience,
            ContinuationTimeout = s_answerPatience,
            RequestedHeartbeat = s_heartbeat,
            MaxInboundMessageBodySize = MaxReplyBytes,
            AuthMechanisms = place.Credentials.IsCertificate ? [new ExternalMechanismFactory()] : ConnectionFactory.DefaultAuthMechanisms,
            Ssl = new SslOption(address.Host, enabled: address.UseTls)
            {
                Version = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = tls?.Client,
                CertificateValidationCallback = tls is null ? null : (_, certificate, chain, errors) => tls.Accepts(certificate, chain, errors),
            },
        };

        using var patience = new CancellationTokenSource(s_reachPatience, around.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            // Told to give up, the client takes its leave as patiently as it came: that is not waited for.
            var connection = await factory.CreateConnectionAsync(either.Token).WaitAsync(either.Token);
            return new BrokerLink(connection, place, around);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            var refused = tls?.Problem;
            if (tls is not null && refused is null && BrokerFailure.MayHideAnAlert(e))
            {
                refused = await tls.ListenAsync(address.Port, cancel);
            }

            throw BrokerFailure.NotReached(e, place, refused);
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
    }

    private static BrokerTls? ReadTls(BrokerPlace place, Surroundings around)
    {
        try
        {
            return place.Address.UseTls ? BrokerTls.Read(place.Tls, place.Address.Host, around.Time) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"a file for TLS to the broker cannot be used: {e.Message}")
            {
                Advice = "It is named by AETHERSCALE_CLIENT_BROKER_CA_FILE, …_CERTIFICATE_FILE or …_KEY_FILE, or in [client] of the settings.",
            };
        }
    }

    public Task<IChannel> OpenChannelAsync(bool confirms, CancellationToken cancel) => AskAsync(
        token => _connection.CreateChannelAsync(new CreateChannelOptions(confirms, confirms), token), cancel);

    /// <summary>Whether a daemon takes commands from the broker. When there is no queue, the channel is closed.</summary>
    /// <exception cref="CliException">None does.</exception>
    public async Task CheckDaemonAsync(IChannel channel, CancellationToken cancel)
    {
        try
        {
            var queue = await AskAsync(token => channel.QueueDeclarePassiveAsync(AmqpRoutes.CommandQueue, token), cancel);
            if (queue.ConsumerCount == 0)
            {
                throw BrokerFailure.NoDaemon(Place, $"nobody takes messages from its queue {AmqpRoutes.CommandQueue}");
            }
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            throw BrokerFailure.NoDaemon(Place, $"it has no queue {AmqpRoutes.CommandQueue}");
        }
    }

    /// <summary>Waits for an answer of the broker's, for a while.</summary>
    /// <exception cref="CliException">It does not answer, or has gone.</exception>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> question, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(s_answerPatience, _around.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            return await question(either.Token).WaitAsync(either.Token);
        }
        catch (Exception e) when ((e is OperationCanceledException or TimeoutException) && !cancel.IsCancellationRequested)
        {
            throw BrokerFailure.Lost(
                Place, _blocked is { } why ? $"it takes no messages ({why})" : $"no answer within {s_answerPatience.TotalSeconds} s");
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotAllowed or Constants.AccessRefused })
        {
            throw BrokerFailure.Refused(Place, e.ShutdownReason.ReplyText);
        }
        catch (PublishException e) when (!e.IsReturn)
        {
            throw BrokerFailure.Lost(Place, "it did not take the message");
        }
        catch (Exception e) when (e is AlreadyClosedException or IOException
            || (e is OperationInterruptedException { ShutdownReason: var reason } && reason?.ReplyCode != Constants.NotFound))
        {
            throw BrokerFailure.Lost(Place, "it closed the connection");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // A broker that does not answer is not waited for as long as the library would.
            await _connection.CloseAsync(Constants.ReplySuccess, "done", s_goodbye, abort: true, CancellationToken.None)
                .WaitAsync(s_goodbye, _around.Time);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or TimeoutException or AlreadyClosedException)
        {
            // It has gone already.
        }
    }
}
