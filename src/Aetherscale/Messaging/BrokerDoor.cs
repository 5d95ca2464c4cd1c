using Aetherscale.Commands.Checkups;
using Aetherscale.Contract;
using Aetherscale.Messaging.Fleet;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging;

/// <summary>
/// The door to commands from a RabbitMQ broker. The broker may be there, go and come back: this connects again and again, to one of its
/// nodes after the other, and nothing else of the daemon notices.
/// </summary>
internal sealed class BrokerDoor(
    IReadOnlyList<BrokerConnection> nodes,
    Topology topology,
    FleetTopology fleetTopology,
    FleetPresence presence,
    FleetQuestions questions,
    FleetHost host,
    FleetClocks clocks,
    Intake intake,
    Sessions sessions,
    BrokerState state,
    TimeProvider time,
    ILogger<BrokerDoor> logger)
{
    /// <summary>What was told of a broker that is merely not there.</summary>
    private const string Away = "";

    /// <summary>What another connection left unacknowledged has come again by then, or never does.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_lastReplies = TimeSpan.FromSeconds(5);

    /// <summary>A broker that answers has given up by then what is exclusively a connection's.</summary>
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(2);

    private readonly BackOff _backOff = new(nodes.Count, time);

    private readonly PoisonSweep _sweep = new(logger);

    private int _opened;

    /// <summary>What the log says of each node since one was there, so that it is not said again.</summary>
    private readonly Dictionary<BrokerConnection, string> _told = [];

    private int _turn;

    /// <summary>The ends of the connections until now.</summary>
    private Task _closing = Task.CompletedTask;

    /// <summary>Takes commands until the daemon stops; returns when those under way have been answered, or soon after.</summary>
    /// <param name="idle">Waits for the commands that are under way.</param>
    /// <param name="stopping">The daemon's end. Commands get it too.</param>
    public async Task RunAsync(Func<Task> idle, CancellationToken stopping)
    {
        var remembering = presence.RememberDeletedAsync(stopping);
        try
        {
            while (true)
            {
                var node = nodes[_turn];
                var isNodeWell = false;
                try
                {
                    isNodeWell = await ServeAsync(node, idle, stopping);
                }
                catch (BrokerException error) when (error.TriesAtOnce)
                {
                    continue;
                }
#pragma warning disable CA1031 // Nothing that a broker does may end this loop; each failure is told and tried again.
                catch (Exception error) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    Tell(node, error as BrokerException ?? new BrokerException(Quoted.Plain(error.Message), error));
                }

                _turn = isNodeWell ? _turn : (_turn + 1) % nodes.Count;
                await _backOff.WaitAsync(isSameWay: isNodeWell, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // That is how it ends.
        }
        finally
        {
            intake.Close();
            await Task.WhenAny(remembering);
            await Task.WhenAny(_closing);
        }
    }

    /// <summary>One connection, from the first try to its end.</summary>
    /// <returns>Whether the node is to be tried again: it was not its connection that ended, but a queue, as one at a node that died.</returns>
    private async Task<bool> ServeAsync(BrokerConnection node, Func<Task> idle, CancellationToken stopping)
    {
        var session = await OpenAsync(node, node.Access.Credentials(), stopping);
        var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var present = presence.RunAsync(session.Fleet!, session.GiveUp, over.Token);
        try
        {
            var reason = await EndAsync(session, stopping);
            var isNodeWell = session.IsOpen;
            End(session);
            MessagingLog.Lost(logger, node.Access.Address.ToString(), reason);
            state.Fail(node.Access.Address.ToString(), reason);
            _told[node] = Away;
            return isNodeWell;
        }
        catch (OperationCanceledException)
        {
            await LeaveAsync(session, idle);
            throw;
        }
        finally
        {
            // A connection that brings nothing any more takes up to 11 s to close, and the next one does not wait for that.
            var closing = CloseAsync();
            _closing = Task.WhenAll(_closing, closing);
            await Task.WhenAny(closing, Task.Delay(s_closing, time, CancellationToken.None));
        }

        async Task CloseAsync()
        {
            await over.CancelAsync();
            await session.DisposeAsync();
            await present;
            over.Dispose();
        }
    }

    /// <returns>Why it ended.</returns>
    private async Task<string> EndAsync(Session session, CancellationToken stopping)
    {
        try
        {
            return await session.Ended.WaitAsync(s_settling, time, stopping);
        }
        catch (TimeoutException)
        {
            intake.Settled(session);
            return await session.Ended.WaitAsync(stopping);
        }
    }

    private async Task<Session> OpenAsync(BrokerConnection node, BrokerCredentials user, CancellationToken stopping)
    {
        var connection = await node.OpenAsync(user, stopping);
        Session? session = null;
        try
        {
            var queues = await topology.DeclareAsync(connection, stopping);
            session = await Session.OpenAsync(++_opened, connection, stopping);
            queues = [.. queues, .. await fleetTopology.DeclareAsync(connection, stopping)];
            await FleetRights.TryAsync(connection, host.Name, stopping);
            session.Fleet = await FleetLink.OpenAsync(connection, host.Name, clocks, time, session.GiveUp, stopping);
            sessions.Set(session);
            var link = session.Fleet;
            await link.HearAsync(message => questions.Take(link, message, stopping), stopping);
            if (_sweep.IsDue)
            {
                await _sweep.RunAsync(session, queues, Take, stopping);
            }

            await session.ConsumeAsync(queues, (queue, message) => Take(queue, message, isAcknowledged: false), stopping);
            MessagingLog.Connected(logger, node.Access.Address.ToString(), user.UserName, string.Join(", ", queues));
            _told.Clear();
            state.Reach(node.Access.Address.ToString());
            _backOff.Succeeded();
            return session;
        }
        catch (Exception error)
        {
            if (session is not null)
            {
                End(session);
            }

            await (session?.DisposeAsync() ?? CloseAsync(connection));
            throw stopping.IsCancellationRequested ? error : BrokerFailure.Of(error, node.Access, user);
        }

        void Take(string queue, BasicDeliverEventArgs message, bool isAcknowledged) =>
            intake.Take(session!, queue, message, isAcknowledged, stopping);
    }

    /// <summary>Takes no more, and waits a little for what is under way.</summary>
    private static async Task LeaveAsync(Session session, Func<Task> idle)
    {
        using var patience = new CancellationTokenSource(s_lastReplies);
        try
        {
            await session.StopConsumingAsync(patience.Token);
            await idle().WaitAsync(patience.Token);
        }
#pragma warning disable CA1031 // Whatever the broker does now, the daemon ends.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Requesters that are still there see no reply.
        }
    }

    private void End(Session session)
    {
        _sweep.Ended(session);
        intake.Ended(session);
    }

    private static async ValueTask CloseAsync(IConnection connection)
    {
        await connection.AbortAsync(TimeSpan.FromSeconds(2));
        await connection.DisposeAsync();
    }

    private void Tell(BrokerConnection node, BrokerException error)
    {
        state.Fail(node.Access.Address.ToString(), error.Message);
        var what = error.IsAway ? Away : error.Message;
        if (_told.GetValueOrDefault(node) != what)
        {
            _told[node] = what;
            MessagingLog.Unreachable(logger, node.Access.Address.ToString(), error.Message);
        }

        if (error.InnerException is { } cause)
        {
            MessagingLog.Cause(logger, cause);
        }
    }
}
