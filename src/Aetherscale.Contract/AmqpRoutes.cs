namespace Aetherscale.Contract;

/// <summary>Where requests go on a RabbitMQ broker. Bodies are the same envelopes as on the Unix socket.</summary>
/// <remarks>
/// Names and arguments are those that clients of this protocol declare; a broker refuses a declaration that differs from
/// the first one.
/// </remarks>
public static class AmqpRoutes
{
    private const string HostQueuePrefix = "aetherscale.host.";

    /// <summary>Takes every command: a queue on the default exchange, not durable, not exclusive, not auto-delete, without arguments.</summary>
    public const string CommandQueue = "vm-queue";

    /// <summary>The direct exchange of later clients, not durable: the routing key is the command.</summary>
    public const string Exchange = "computing";

    /// <summary>Takes <c>create-vm</c> from <see cref="Exchange"/>: one queue for all hosts, whoever is free first.</summary>
    public const string CompetingQueue = "computing-competing";

    /// <summary>Takes the other commands from <see cref="Exchange"/>; nothing waits there for longer than 10 s.</summary>
    public const string SharedQueue = "computing-shared";

    /// <summary>
    /// Takes <c>create-vm</c> for the whole fleet: durable, a quorum queue. A host that has room takes it; what is parked for want of room
    /// comes by here again.
    /// </summary>
    public const string PlacementQueue = "aetherscale.placement";

    /// <summary>The direct, durable exchange whose bindings say which host has which VM: the routing key is an id or a name.</summary>
    public const string VmExchange = "aetherscale.vms";

    /// <summary>
    /// The topic, durable exchange by which hosts write to one another's queues: the routing key is the queue's name, as on the default
    /// exchange. To that one every client must be let write; to this one hosts alone, and what comes by it counts as a host's. Of a topic
    /// exchange the broker can be told which keys a user may write, and bind.
    /// </summary>
    public const string HostExchange = "aetherscale.hosts";

    /// <summary>The durable fanout exchange for questions to all hosts that are there.</summary>
    public const string AskExchange = "aetherscale.ask";

    /// <summary>The durable topic exchange of events: <c>vm.HOST.ID.EVENT</c> and <c>host.HOST.EVENT</c>.</summary>
    public const string EventExchange = "aetherscale.events";

    /// <summary>
    /// Where messages go that no host could deal with; <see cref="DeadLetterQueue"/> keeps them for a week. What has expired goes to
    /// <see cref="ExpiredQueue"/>.
    /// </summary>
    public const string DeadLetterExchange = "aetherscale.dead";

    /// <summary>Holds what a host put aside and what came back too often, for people to look at.</summary>
    public const string DeadLetterQueue = "aetherscale.dead-letters";

    /// <summary>
    /// Takes the commands whose deadlines passed while they waited for a host: durable, a quorum queue. Any host that is there tells their
    /// requesters.
    /// </summary>
    public const string ExpiredQueue = "aetherscale.expired";

    /// <summary>The durable quorum queue of one host's commands. They wait there while it is away, until their deadline.</summary>
    public static string HostQueue(string host) => HostQueuePrefix + host;

    /// <summary>Whose <see cref="HostQueue"/> this is; null for any other queue.</summary>
    public static string? HostOf(string queue) => queue.StartsWith(HostQueuePrefix, StringComparison.Ordinal) ? queue[HostQueuePrefix.Length..] : null;

    /// <summary>The queue, gone with its daemon's connection, by which a host hears questions to all.</summary>
    public static string AskQueue(string host) => $"aetherscale.ask.{host}";

    /// <summary>The queue, gone with its daemon's connection, of answers to a host.</summary>
    public static string AnswerQueue(string host) => $"aetherscale.answers.{host}";

    /// <summary>The stream whose last message tells which VMs a host has, for when it does not answer.</summary>
    public static string InventoryQueue(string host) => $"aetherscale.inventory.{host}";

    /// <summary>The exclusive queue that is there while a host takes an id or a name of a VM.</summary>
    public static string Lock(string key) => $"aetherscale.lock.{key}";

    /// <summary>The exclusive queue that is there while a host takes many names; it answers whether a name is among them.</summary>
    public const string ManyLock = "aetherscale.lock.many.names";
}
