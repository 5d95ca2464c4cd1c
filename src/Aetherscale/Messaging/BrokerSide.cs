using Aetherscale.Commands;
using Aetherscale.Commands.Checkups;
using Aetherscale.Messaging.Fleet;

namespace Aetherscale.Messaging;

/// <summary>All that is between the commands of a host and a broker: the door that they come in by, and the way to the other hosts.</summary>
internal sealed class BrokerSide : IDisposable
{
    private readonly FleetHost _me;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly Sessions _sessions = new();
    private readonly FleetMembers _members;
    private readonly VmClaims _claims;
    private readonly FleetClocks _clocks;
    private readonly Inventories _inventories;
    private readonly LongLists _longLists;
    private Intake? _intake;

    /// <param name="me">This host.</param>
    /// <param name="members">Which hosts there are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Makes the logs.</param>
    public BrokerSide(FleetHost me, FleetMembers members, TimeProvider time, ILoggerFactory logs)
    {
        (_me, _time, _logs) = (me, time, logs);
        _members = members;
        _longLists = new LongLists(time);
        _claims = new VmClaims(me, time);
        _clocks = new FleetClocks(time);
        var gathering = new Gathering(_members, time);
        _inventories = new Inventories(me, time);
        var forwarding = new Forwarding(me, _members, gathering, _inventories, time);
        var lists = new FleetLists(me, _members, gathering, _inventories, _longLists);
        var images = new FleetImages(me, gathering, forwarding, time);
        var placement = new Placement(me, _members, _claims, new NewVmKeys(me, _claims, time), gathering, forwarding, images, time);
        Fleet = new BrokerFleet(me, _members, _sessions, forwarding, placement, _claims, images, lists, new FleetHosts(me, _members, forwarding, lists, time), time);
    }

    /// <summary>The other hosts, for the router of this one's commands.</summary>
    public IFleet Fleet { get; }

    /// <summary>Takes commands from the broker until the daemon stops.</summary>
    /// <param name="nodes">Which broker: the ways to its nodes, in the order in which they are tried.</param>
    /// <param name="state">Is told how it stands.</param>
    /// <param name="commands">Every command's name.</param>
    /// <param name="router">Carries them out.</param>
    /// <param name="deliveries">What is under way.</param>
    /// <param name="stopping">The daemon's end.</param>
    public Task ServeAsync(
        IReadOnlyList<BrokerAccess> nodes,
        BrokerState state,
        IEnumerable<string> commands,
        CommandRouter router,
        BackgroundWork deliveries,
        CancellationToken stopping)
    {
        var declaration = new Declaration(_logs.CreateLogger<Declaration>());
        _intake = new Intake(router, _sessions, _me, _claims, _clocks, deliveries, _time, _logs.CreateLogger<Intake>());
        var door = new BrokerDoor(
            [.. nodes.Select(access => new BrokerConnection(access, isAlone: nodes.Count == 1, $"aetherscale {_me.Name}", _time))],
            new Topology(commands, declaration),
            new FleetTopology(_me.Name, declaration),
            new FleetPresence(_me, _members, _claims, _inventories, router, _time, _logs.CreateLogger<FleetPresence>()),
            new FleetQuestions(_me, router, _members, _clocks, deliveries),
            _me,
            _clocks,
            _intake,
            _sessions,
            state,
            _time,
            _logs.CreateLogger<BrokerDoor>());
        return door.RunAsync(deliveries.WhenDoneAsync, stopping);
    }

    public void Dispose()
    {
        _intake?.Dispose();
        _longLists.Dispose();
    }
}
