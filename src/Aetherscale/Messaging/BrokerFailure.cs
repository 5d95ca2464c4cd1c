using System.Net.Sockets;
using System.Security.Authentication;
using Aetherscale.Contract;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging;

/// <summary>Failures in the user's words; none of them holds a password.</summary>
internal static class BrokerFailure
{
    private const ushort ConnectionForced = 320;
    private const ushort NotAllowed = 530;
    private const ushort InternalError = 541;
    private const ushort AccessRefused = 403;
    private const ushort PreconditionFailed = 406;

    /// <param name="error">What the client library threw.</param>
    /// <param name="access">To whom we tried to connect.</param>
    /// <param name="user">As whom.</param>
    /// <param name="refused">Why we refused the broker's certificate, or it ours, where that is known.</param>
    public static BrokerException Of(Exception error, BrokerAccess access, BrokerCredentials user, TlsProblem? refused = null)
    {
        var chain = Chain(error).ToList();
        if (chain.OfType<BrokerException>().FirstOrDefault() is { } known)
        {
            return known;
        }

        if ((refused ?? TlsAlert.In(chain, access.CertificateFile)) is { } problem)
        {
            return new BrokerException($"{problem.What}; {problem.Do}", error);
        }

        var who = user.IsCertificate ? $"the user {user.UserName}" : $"user {Quoted.Of(user.UserName)} ({access.Source})";
        if (chain.Any(cause => cause is AuthenticationFailureException or PossibleAuthenticationFailureException))
        {
            return new BrokerException(
                user.IsCertificate ? $"it has no user for the certificate in {access.CertificateFile}; add one, or set broker-credentials-file"
                    : $"it refuses the name or the password of {who}",
                error);
        }

        if (user.IsCertificate && chain.Any(cause => cause.Message.Contains("mechanism", StringComparison.Ordinal)))
        {
            return new BrokerException(
                "it lets nobody in by a certificate alone, for which it needs its plugin rabbitmq_auth_mechanism_ssl; set broker-credentials-file", error);
        }

        if (chain.OfType<OperationInterruptedException>().FirstOrDefault()?.ShutdownReason is { } reason)
        {
            return reason.ReplyCode switch
            {
                NotAllowed => new BrokerException(
                    $"it has no virtual host {Quoted.Of(access.Address.VirtualHost)}, or does not let in {who}: {Quoted.Plain(reason.ReplyText)}", error),
                AccessRefused => new BrokerException($"it does not let {who} do what is needed: {Quoted.Plain(reason.ReplyText)}", error),
                _ => new BrokerException(Words(reason), error) { IsAway = reason.ReplyCode is ConnectionForced or InternalError },
            };
        }

        if (chain.OfType<AuthenticationException>().FirstOrDefault() is { } tls)
        {
            return new BrokerException($"TLS failed: {Quoted.Plain(tls.Message)}", error);
        }

        var words = chain.OfType<SocketException>().FirstOrDefault() is { } socket ? Quoted.Plain(socket.Message)
            : chain.Any(cause => cause is OperationCanceledException or TimeoutException) ? "it does not answer in time"
            : Quoted.Plain(chain[^1].Message);
        return new BrokerException(words, error) { IsAway = true };
    }

    /// <summary>Whether a message was not sent because it is longer than the broker's <c>max_message_size</c>.</summary>
    public static bool IsTooLarge(Exception error) => Chain(error).OfType<OperationInterruptedException>()
        .Any(cause => cause.ShutdownReason is { ReplyCode: PreconditionFailed } reason && reason.ReplyText.Contains("message size", StringComparison.Ordinal));

    /// <summary>Whether the broker may have said more than was heard of it: <see cref="TlsAlert.MayBeMissed"/>.</summary>
    public static bool MayHideAnAlert(Exception error) => TlsAlert.MayBeMissed([.. Chain(error)]);

    /// <summary>Why a connection or a channel was closed.</summary>
    public static string Words(ShutdownEventArgs reason) => reason switch
    {
        { Exception: { } error } when Chain(error).OfType<SocketException>().FirstOrDefault() is { } socket => Quoted.Plain(socket.Message),
        { ReplyCode: ConnectionForced } => "it is shutting down, or an administrator closed the connection",
        _ => Quoted.Plain(reason.ReplyText),
    };

    private static IEnumerable<Exception> Chain(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = (cause as AggregateException)?.InnerExceptions[0] ?? cause.InnerException)
        {
            yield return cause;
        }
    }
}
