namespace Aetherscale.Contract;

/// <summary>Where requests go on a RabbitMQ broker. Bodies are the same envelopes as on the Unix socket.</summary>
/// <remarks>
/// Names and arguments are those that clients of this protocol declare; a broker refuses a declaration that differs from
/// the first one.
/// </remarks>
public static class AmqpRoutes
{
    /// <summary>Takes every command: a queue on the default exchange, not durable, not exclusive, not auto-delete, without arguments.</summary>
    public const string CommandQueue = "vm-queue";

    /// <summary>The direct exchange of later clients, not durable: the routing key is the command.</summary>
    public const string Exchange = "computing";

    /// <summary>Takes <c>create-vm</c> from <see cref="Exchange"/>: one queue for all hosts, whoever is free first.</summary>
    public const string CompetingQueue = "computing-competing";
}
