using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Locks on ids and names. A queue that is exclusive is one: the broker makes it for one connection, and it goes with it.</summary>
internal sealed class KeyLocks(TimeProvider time)
{
    private const ushort ResourceLocked = 405;

    /// <summary>Whoever is taking the same key needs a few milliseconds for it.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    /// <summary>The locks of a host that froze stay until the broker has missed its heartbeats, for up to 15 s.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>More creates at a time open channels of their own.</summary>
    private const int MostIdle = 16;

    /// <summary>
    /// Channels on which nothing failed. To open one costs the broker more than to make a lock on it. They are their link's,
    /// and go with it: nothing here is told of its end.
    /// </summary>
    private readonly ConditionalWeakTable<FleetLink, ConcurrentBag<IChannel>> _channels = [];

    /// <summary>Takes the key's lock.</summary>
    /// <returns>For what is done under the lock; to be handed back.</returns>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>, or <c>timeout</c>: somebody has had the lock all the while.</exception>
    public async Task<IChannel> TakeAsync(FleetLink link, string key, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (await TryTakeAsync(link, AmqpRoutes.Lock(key), autoDelete: false, cancellationToken) is { } channel)
            {
                return channel;
            }

            await PauseAsync(began, key, cancellationToken);
        }
    }

    public async Task GiveBackAsync(FleetLink link, string key, IChannel channel)
    {
        try
        {
            await channel.QueueDeleteAsync(AmqpRoutes.Lock(key), cancellationToken: CancellationToken.None);
            var idle = _channels.GetOrCreateValue(link);
            if (idle.Count < MostIdle)
            {
                idle.Add(channel);
            }
            else
            {
                await channel.DisposeAsync();
            }
        }
        catch (Exception error) when (IsLoss(error))
        {
            // The lock goes with the connection, or as soon as the broker gets to it.
            await channel.DisposeAsync();
        }
    }

    /// <summary>Whether somebody is taking the key.</summary>
    public static Task<bool> IsTakenAsync(FleetLink link, string key, CancellationToken cancellationToken) =>
        link.SendAsync("", AmqpRoutes.Lock(key), new BasicProperties { Expiration = "0" }, ReadOnlyMemory<byte>.Empty, cancellationToken);

    /// <summary>Waits a little for somebody who is taking the key.</summary>
    /// <exception cref="AetherscaleException"><c>timeout</c></exception>
    public async Task PauseAsync(long began, string key, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(began) > s_patience)
        {
            throw new AetherscaleException(TimedOut, $"Somebody else is taking {Quoted.Of(key)} and does not come to an end; try again.");
        }

        await Task.Delay(s_pause, time, cancellationToken);
    }

    /// <summary>Makes the queue this connection's own.</summary>
    /// <returns>Null: it is another's.</returns>
    public async Task<IChannel?> TryTakeAsync(FleetLink link, string queue, bool autoDelete, CancellationToken cancellationToken)
    {
        var channel = IdleChannel(link) ?? await link.OpenChannelAsync(cancellationToken);
        try
        {
            await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete, cancellationToken: cancellationToken);
            return channel;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == ResourceLocked)
        {
            await channel.DisposeAsync();
            return null;
        }
        catch (Exception error) when (IsLoss(error))
        {
            await UndoAsync(channel, queue);
            throw cancellationToken.IsCancellationRequested ? error : FleetLink.Lost(error);
        }
    }

    /// <summary>What the client library throws when the connection goes, or the broker does not answer in time.</summary>
    public static bool IsLoss(Exception error) =>
        error is OperationInterruptedException or AlreadyClosedException or TimeoutException or OperationCanceledException;

    /// <summary>What nobody waited for comes about all the same, and would stand in everybody's way while the connection lasts.</summary>
    private static async Task UndoAsync(IChannel channel, string queue)
    {
        try
        {
            await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, noWait: true, CancellationToken.None);
            await channel.DisposeAsync();
        }
        catch (Exception error) when (IsLoss(error))
        {
            // The connection is gone, and the queue with it.
        }
    }

    /// <returns>Null where there is none.</returns>
    private IChannel? IdleChannel(FleetLink link)
    {
        while (_channels.GetOrCreateValue(link).TryTake(out var idle))
        {
            if (idle.IsOpen)
            {
                return idle;
            }
        }

        return null;
    }
}
