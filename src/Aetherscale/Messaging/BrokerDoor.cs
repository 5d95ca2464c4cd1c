using Aetherscale.Commands.Checkups;
using Aetherscale.Contract;
using Aetherscale.Messaging.Fleet;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging;

/// <summary>
/// The door to commands from a RabbitMQ broker. The broker may be there, go and come back: this connects again and again, and
/// nothing else of the daemon notices.
/// </summary>
internal sealed class BrokerDoor(
    BrokerAccess access,
    BrokerConnection connections,
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

    private readonly BackOff _backOff = new(time);

    private readonly PoisonSweep _sweep = new(logger);

    private int _opened;

    /// <summary>What the log says of the broker at present, so that it is not said again; null while it is there.</summary>
    private string? _told;

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
                try
                {
                    await ServeAsync(idle, stopping);
                }
                catch (BrokerException error) when (error.TriesAtOnce)
                {
                    continue;
                }
#pragma warning disable CA1031 // Nothing that a broker does may end this loop; each failure is told and tried again.
                catch (Exception error) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    Tell(error as BrokerException ?? new BrokerException(Quoted.Plain(error.Message), error));
                }

                await _backOff.WaitAsync(stopping);
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
        }
    }

    /// <summary>One connection, from the first try to its end.</summary>
    private async Task ServeAsync(Func<Task> idle, CancellationToken stopping)
    {
        var session = await OpenAsync(access.Credentials(), stopping);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var present = presence.RunAsync(session.Fleet!, session.GiveUp, over.Token);
        string reason;
        try
        {
            reason = await EndAsync(session, stopping);
            End(session);
        }
        catch (OperationCanceledException)
        {
            await LeaveAsync(session, idle);
            throw;
        }
        finally
        {
            // First the connection: what waits for a broker that does not answer ends with it.
            await over.CancelAsync();
            await session.DisposeAsync();
            await present;
        }

        MessagingLog.Lost(logger, access.Address.ToString(), reason);
        state.Trouble = reason;
        _told = Away;
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

    private async Task<Session> OpenAsync(BrokerCredentials user, CancellationToken stopping)
    {
        var connection = await connections.OpenAsync(user, stopping);
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
            MessagingLog.Connected(logger, access.Address.ToString(), user.UserName, string.Join(", ", queues));
            _told = null;
            state.Trouble = null;
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
            throw stopping.IsCancellationRequested ? error : BrokerFailure.Of(error, access, user);
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

    private void Tell(BrokerException error)
    {
        state.Trouble = error.Message;
        var what = error.IsAway ? Away : error.Message;
        if (_told != what)
        {
            _told = what;
            MessagingLog.Unreachable(logger, access.Address.ToString(), error.Message);
        }

        if (error.InnerException is { } cause)
        {
            MessagingLog.Cause(logger, cause);
        }
    }
}
