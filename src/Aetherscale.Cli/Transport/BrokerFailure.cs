using System.Net.Sockets;
using System.Security.Authentication;
using Aetherscale.Cli.Settings;
using Aetherscale.Contract;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Cli.Transport;

/// <summary>Why a broker is of no use, and what to check. Never says a password.</summary>
internal static class BrokerFailure
{
    /// <summary>The connection was not opened.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="place">The broker.</param>
    /// <param name="refused">Why we refused its certificate, or it ours, where that is known.</param>
    public static CliException NotReached(Exception error, BrokerPlace place, TlsProblem? refused)
    {
        var causes = CausesOf(error).ToArray();
        if ((refused ?? TlsAlert.In(causes, place.Tls.CertificateFile)) is { } problem)
        {
            return Failure(place, problem.What, $"{char.ToUpperInvariant(problem.Do[0])}{problem.Do[1..]}.");
        }

        if (causes.Any(cause => cause is AuthenticationFailureException or PossibleAuthenticationFailureException))
        {
            return Failure(place, $"it refused the login of {Who(place)}", AboutLogin(place));
        }

        if (place.Credentials.IsCertificate && causes.Any(cause => cause.Message.Contains("mechanism", StringComparison.Ordinal)))
        {
            return Failure(
                place,
                "it lets nobody in by a certificate alone",
                "For that it needs its plugin rabbitmq_auth_mechanism_ssl. Otherwise " + HowToNameCredentials);
        }

        if (causes.OfType<AuthenticationException>().FirstOrDefault() is { } tls)
        {
            return Failure(
                place,
                $"TLS failed: {tls.Message}",
                $"Its certificate must be one that this machine trusts, made out to {place.Address.Host}; without TLS a URL begins with amqp://.");
        }

        return causes.OfType<SocketException>().FirstOrDefault() is { SocketErrorCode: not SocketError.OperationAborted } socket
            ? Failure(place, WordsFor(socket), "Check that RabbitMQ runs there, and that nothing between keeps you out.")
            : Failure(
                place,
                causes.Any(cause => cause is OperationCanceledException or TimeoutException)
                    ? "it does not answer"
                    : causes.Any(cause => cause is ConnectFailureException) ? "no connection can be made"
                    : "what listens there does not speak AMQP 0-9-1",
                "Check that the port is RabbitMQ's for AMQP (5672, with TLS 5671) and not that of another service, and that RabbitMQ is well:\n"
                + "rabbitmq-diagnostics status");
    }

    /// <summary>Whether the broker may have said more than was heard of it: <see cref="TlsAlert.MayBeMissed"/>.</summary>
    public static bool MayHideAnAlert(Exception error) => TlsAlert.MayBeMissed([.. CausesOf(error)]);

    /// <summary>No node of the broker could be reached.</summary>
    public static CliException NoNode(IReadOnlyList<CliException> failures) => failures is [var only] ? only
        : new(ExitCodes.Unreachable, string.Join("; ", failures.Select(failure => failure.Message)))
        {
            Advice = string.Join('\n', failures.SelectMany(failure => failure.Advice?.Split('\n') ?? []).Distinct()),
        };

    /// <summary>The broker is there, and nobody takes commands from it.</summary>
    public static CliException NoDaemon(BrokerPlace place, string why) =>
        new(ExitCodes.Unreachable, $"no daemon listens on the broker {place.Address}: {why}")
        {
            Advice = $"A daemon listens there when its setting broker names it and it runs; on its host:  systemctl --user start aetherscale\n"
                + $"and if it does not come:  journalctl --user -n 20 -u aetherscale\n{Named(place)}",
        };

    /// <summary>The broker let us in, and then was of no use any more.</summary>
    public static CliException Lost(BrokerPlace place, string why) =>
        new(ExitCodes.Unreachable, $"connection to the broker {place.Address} lost: {why}")
        {
            Advice = "Check that RabbitMQ is well:  rabbitmq-diagnostics check_alarms",
        };

    /// <summary>The broker knows who we are, and does not let us do what we must.</summary>
    /// <param name="place">The broker.</param>
    /// <param name="why">Its own words, with or without its name for the error before them.</param>
    public static CliException Refused(BrokerPlace place, string why) =>
        Failure(
            place,
            $"it refused: {why[(why.IndexOf(" - ", StringComparison.Ordinal) is >= 0 and var code ? code + 3 : 0)..]}",
            $"Check that the virtual host \"{place.Address.VirtualHost}\" is there and that {Who(place)} may use it:\n"
            + $"rabbitmqctl list_permissions -p {place.Address.VirtualHost}");

    /// <summary>The same, when the request had been sent.</summary>
    public static CliException AfterSending(CliException failure, bool changesSomething) => changesSomething
        ? new CliException(failure.ExitCode, $"{failure.Message}; the command may still take effect: check list-vms")
        {
            Advice = failure.Advice,
        }
        : failure;

    private static CliException Failure(BrokerPlace place, string why, string advice) =>
        new(ExitCodes.Unreachable, $"the broker {place.Address} cannot be reached: {why}")
        {
            Advice = $"{advice}\n{Named(place)}",
        };

    private const string HowToNameCredentials = $"write user:password into\na file, chmod 600 it, and name it in {BrokerPlace.CredentialsVariable}\n"
        + "or in [client] broker-credentials-file of the settings.";

    private static string Named(BrokerPlace place) => $"The broker is named by {place.NamedBy}.";

    private static string AboutLogin(BrokerPlace place) => place.CredentialsFrom is { } from
        ? $"User and password are from {from}."
        : place.Credentials.IsCertificate ? "No user of the broker's has the name in that certificate; or " + HowToNameCredentials
        : "No file names user and password, and guest is let in from the broker's own host only. W" + HowToNameCredentials[1..];

    private static string Who(BrokerPlace place) =>
        place.Credentials.IsCertificate ? $"the user {place.Credentials.UserName}" : $"user \"{place.Credentials.UserName}\"";

    private static string WordsFor(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens there",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "there is no such host",
        SocketError.ConnectionReset => "it closed the connection",
        _ => error.Message,
    };

    private static IEnumerable<Exception> CausesOf(Exception error) => error is AggregateException many
        ? many.InnerExceptions.SelectMany(CausesOf)
        : [error, .. error.InnerException is { } inner ? CausesOf(inner) : []];
}
