using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>The headers that hosts put on messages to one another.</summary>
internal static class FleetHeaders
{
    /// <summary>The host that sent it.</summary>
    public const string Host = "aetherscale-host";

    /// <summary>Tells one run of that host's daemon from the next.</summary>
    public const string Run = "aetherscale-run";

    /// <summary>What that host's clock showed when it was sent, in milliseconds of Unix time.</summary>
    public const string Now = "aetherscale-now";

    /// <summary>Whose request ids these are: <see cref="Commands.Requester.Scope"/>.</summary>
    public const string Scope = "aetherscale-scope";

    /// <summary>Who asked, for the log: <see cref="Commands.Requester.Name"/>.</summary>
    public const string Requester = "aetherscale-requester";

    /// <summary>The broker's user who asked, if it was asked by the broker: <see cref="Commands.Requester.User"/>.</summary>
    public const string User = "aetherscale-user";

    /// <summary>Whether its door waits for slow commands: <see cref="Commands.Requester.WaitsByDefault"/>.</summary>
    public const string Waits = "aetherscale-waits";

    /// <summary>The instant after which it is not begun any more, by the clock of the host that sent it, in milliseconds of Unix time.</summary>
    public const string Deadline = "aetherscale-deadline";

    /// <summary>On a command whose requester set no deadline: it counts for the way to its host, and not for its turn there.</summary>
    public const string NoDeadlineAsked = "aetherscale-no-deadline-asked";

    /// <summary>The queue that is told as soon as a host has taken the command.</summary>
    public const string ReceiptTo = "aetherscale-receipt-to";

    /// <summary>The correlation id of that.</summary>
    public const string Receipt = "aetherscale-receipt";

    /// <summary>On a host's first <see cref="FleetEvents.Here"/> of a connection: before it, nobody heard of its VMs.</summary>
    public const string IsBack = "aetherscale-back";

    /// <summary>Why a message was put aside.</summary>
    public const string Reason = "aetherscale-reason";

    public static string? Text(this IReadOnlyBasicProperties properties, string name) => properties.Headers?.Text(name);

    public static string? Text(this IDictionary<string, object?> table, string name) => table.TryGetValue(name, out var value)
        ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null }
        : null;

    public static DateTimeOffset? Instant(this IReadOnlyBasicProperties properties, string name) =>
        long.TryParse(properties.Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    public static string OfInstant(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
