using System.Globalization;
using Aetherscale.Commands;
using Aetherscale.Contract;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>A command on its way to another host.</summary>
/// <param name="Request">The request.</param>
/// <param name="Body">The same as it came.</param>
/// <param name="Requester">Who sent it.</param>
internal sealed record Outgoing(RequestEnvelope Request, ReadOnlyMemory<byte> Body, Requester Requester)
{
    /// <summary>How long a command waits for its host whose requester does not say.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>What is only looked at is of no use to anybody who has been told that there was no answer.</summary>
    private static readonly TimeSpan s_readPatience = TimeSpan.FromSeconds(3);

    /// <summary>Commands that change something: while their host is away, they wait in its queue.</summary>
    private static readonly HashSet<string> s_parked =
    [
        CommandNames.CreateVm, CommandNames.StartVm, CommandNames.StopVm, CommandNames.RestartVm, CommandNames.PauseVm, CommandNames.ResumeVm,
        CommandNames.DeleteVm, CommandNames.CordonHost, CommandNames.UncordonHost, CommandNames.PullImage, CommandNames.DeleteImage,
        CommandNames.CopyImage,
    ];

    /// <summary>Whether it waits for a host that is away.</summary>
    public bool MayBeParked => Waits(Request.Command);

    /// <summary>Whether its reply has to come back here: its requester is not on the broker.</summary>
    public bool IsRelayed => Requester.ReturnTo is null;

    /// <summary>What repetitions of it have in common; a new one where the requester gave none.</summary>
    public string RequestId { get; } = Request.RequestId ?? Guid.NewGuid().ToString("N");

    /// <summary>How long it waits in a queue, where that is not until its deadline.</summary>
    public TimeSpan? WaitsAtMost { get; init; }

    /// <summary>After this it is not begun any more.</summary>
    public DateTimeOffset Deadline(DateTimeOffset now) =>
        MayBeParked ? Requester.DeadlineOf(Request) ?? now + s_patience
        : Requester.DeadlineOf(Request) is { } asked && asked < now + s_readPatience ? asked
        : now + s_readPatience;

    /// <summary>Whether such a command waits for a host that is away.</summary>
    public static bool Waits(string command) => s_parked.Contains(command);

    /// <summary>The properties of the message.</summary>
    /// <param name="until">See <see cref="Deadline"/>.</param>
    /// <param name="now">The present.</param>
    /// <param name="receiptTo">The queue for receipts, and for the reply of what is relayed; null for none.</param>
    /// <param name="receipt">The correlation id of both.</param>
    public BasicProperties Properties(DateTimeOffset until, DateTimeOffset now, string? receiptTo, string? receipt)
    {
        var wait = (long)Math.Max(1, Math.Min((until - now).TotalMilliseconds, (WaitsAtMost ?? TimeSpan.MaxValue).TotalMilliseconds));
        var properties = new BasicProperties
        {
            Type = FleetMessage.Command,
            ContentType = "application/json",
            MessageId = RequestId,
            Persistent = true,
            Expiration = Math.Min(wait, int.MaxValue).ToString(CultureInfo.InvariantCulture),
            Headers = new Dictionary<string, object?>
            {
                [FleetHeaders.Scope] = Requester.Scope,
                [FleetHeaders.Requester] = Requester.Name,
                [FleetHeaders.Waits] = Requester.WaitsByDefault ? "true" : "false",
                [FleetHeaders.Deadline] = FleetHeaders.OfInstant(until),
            },
        };
        if (Requester.IsDeadlineForTheWay || Requester.DeadlineOf(Request) is null)
        {
            properties.Headers[FleetHeaders.NoDeadlineAsked] = "true";
        }

        if (Requester.User is { } user)
        {
            properties.Headers[FleetHeaders.User] = user;
        }

        var (replyTo, correlationId) = Requester.ReturnTo is { } address ? (address.Queue, address.CorrelationId) : (receiptTo, receipt);
        properties.ReplyTo = replyTo;
        properties.CorrelationId = correlationId;
        if (receiptTo is not null)
        {
            properties.Headers[FleetHeaders.ReceiptTo] = receiptTo;
            properties.Headers[FleetHeaders.Receipt] = receipt;
        }

        return properties;
    }
}
