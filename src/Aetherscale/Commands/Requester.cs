using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>Who sent a command, and what its front door makes of what it left open.</summary>
/// <param name="Name">For the log: the door and the peer.</param>
/// <param name="WaitsByDefault">Whether a stop without <c>wait</c> answers only when the guest is down, or after a few seconds.</param>
internal sealed record Requester(string Name, bool WaitsByDefault)
{
    /// <summary>How the broker's own names for queues begin. Nobody else may give such a name, so it is never a queue of commands.</summary>
    private const string PrivateQueue = "amq.gen-";

    /// <summary>The door: <c>socket</c> or <c>amqp</c>.</summary>
    public string Door { get; init; } = "";

    /// <summary>On the socket, the user that the kernel tells.</summary>
    public uint? UserId { get; init; }

    /// <summary>By a broker, the user that the broker says it is; null where the message does not say.</summary>
    public string? User { get; init; }

    /// <summary>On the socket, the process at its other end.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The command that is carried out for it.</summary>
    public string Command { get; init; } = "";

    /// <summary>The request's id, if the door knows one; the body's own counts more.</summary>
    public string? RequestId { get; init; }

    /// <summary>Cancelled when the requester has gone, where the door can tell. Only what is done for its answer alone ends with it.</summary>
    public CancellationToken Gone { get; init; }

    /// <summary>Whose request ids these are: the same for all connections of one requester.</summary>
    public required string Scope { get; init; }

    /// <summary>Whether it was sent to this very host, by name or as the one that has the VM: it goes no further.</summary>
    public bool IsForThisHost { get; init; }

    /// <summary>Whether it came by the broker, where commands are to all hosts.</summary>
    public bool AsksTheFleet { get; init; }

    /// <summary>After this instant its command is not begun any more; the request may have one of its own. Null where the door sets none.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Whether the request's own has been taken into account, by the host that passed it on: by our clock it may mean another instant.</summary>
    public bool IsDeadlineSettled { get; init; }

    /// <summary>Whether nobody asked for <see cref="Deadline"/>: a host set it for the way to another, and here the command waits for its turn as long as it takes.</summary>
    public bool IsDeadlineForTheWay { get; init; }

    /// <summary>
    /// To be called by a command whose turn at its VM has come, before it does anything: throws <c>deadline-passed</c> where that is too
    /// late. What has been let begin is not refused later.
    /// </summary>
    public Action Begin { get; init; } = static () => { };

    /// <summary>Where its reply goes by the broker; null where the door answers in another way.</summary>
    public ReturnAddress? ReturnTo { get; init; }

    /// <summary>
    /// Makes the id and the name of a VM that is about to be made its own in the whole fleet, before anything is written; null where no other
    /// host could have them.
    /// </summary>
    public Func<string, string?, CancellationToken, Task>? Claim { get; init; }

    /// <summary>The id that a new VM is to have, so that the same request makes the same VM wherever it is carried out; null for any.</summary>
    public string? NewVmId { get; init; }

    /// <summary>Where an image may come from that this host lacks; null where there are no other hosts.</summary>
    public ImagesElsewhere? Images { get; init; }

    /// <summary>Has each event of a VM come in, whichever host has it, until it is disposed, and the end if it comes before; null where this host's are all.</summary>
    public Func<Action<StreamFrame>, CancellationToken, Task<IAsyncDisposable>>? ListenToAll { get; init; }

    /// <summary>What is remembered of a request that has an id; null where it has none.</summary>
    public Intent? Intent { get; init; }

    /// <summary>What its request carries besides the message; null where the door carries nothing.</summary>
    public ImageUpload? Upload { get; init; }

    /// <summary>
    /// Makes this daemon's side of a stream to the queue of that name, and tells its own queue; null where the door carries
    /// streams in another way.
    /// </summary>
    public Func<string, CancellationToken, Task<(string Queue, IConnectedClient Client)>>? OpenStream { get; init; }

    /// <summary>The instant after which this request of its is not begun any more: its own or the door's, whichever is sooner.</summary>
    public DateTimeOffset? DeadlineOf(RequestEnvelope request) =>
        !IsDeadlineSettled && request.Deadline is { } own && !(Deadline < own) ? own : Deadline;

    /// <summary>A stream to a queue of the requester's, checked now and made when there is something to carry.</summary>
    /// <param name="command">The command that needs it.</param>
    /// <param name="queue">It must be one that the broker named.</param>
    /// <exception cref="AetherscaleException"><c>bad-request</c>.</exception>
    public Func<CancellationToken, Task<(string Queue, IConnectedClient Client)>> StreamTo(string command, string queue)
    {
        RefuseStream(command);
        var open = OpenStream!;
        return queue.StartsWith(PrivateQueue, StringComparison.Ordinal)
            ? cancellationToken => open(queue, cancellationToken)
            : throw new AetherscaleException(BadRequest, $"\"queue\" must be one that the broker named: {PrivateQueue}….");
    }

    /// <summary>Refuses a command that carries a stream by messages where this requester's door has another way.</summary>
    /// <exception cref="AetherscaleException"><c>bad-request</c>.</exception>
    public void RefuseStream(string command)
    {
        if (OpenStream is null && StreamCommands.OnTheSocket(command) is { } onTheSocket)
        {
            throw new AetherscaleException(BadRequest, $"{command} is for requests by a broker; on the socket it is {onTheSocket}.");
        }
    }
}
