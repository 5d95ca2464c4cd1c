using System.Collections.Concurrent;
using System.Text;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// Which ids and names of VMs are this host's: the bindings of its queue to <see cref="AmqpRoutes.VmExchange"/>. The broker is the only place
/// where that is written, so it is the only one to be asked.
/// </summary>
internal sealed class VmClaims(FleetHost me, TimeProvider time)
{
    private const ushort ResourceLocked = 405;

    /// <summary>Whoever is taking the same key needs a few milliseconds for it.</summary>
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(10);

    /// <summary>A holder that does not answer is away, and has what it has.</summary>
    private static readonly TimeSpan s_holderPatience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a deleted VM's id leads here still: the message that made it may come again, and must find that it has been carried out.
    /// </summary>
    public static TimeSpan IdKept { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Ids of VMs that were deleted lately, and when.</summary>
    private readonly ConcurrentDictionary<string, long> _deleted = new();

    /// <summary>What the broker is known to have as ours, by the connection: it is not asked again.</summary>
    private readonly ConcurrentDictionary<(FleetLink Link, string Key), byte> _ours = new();

    /// <summary>Channels on which nothing failed. To open one costs the broker more than to make a lock on it.</summary>
    private readonly ConcurrentBag<(FleetLink Link, IChannel Channel)> _channels = [];

    /// <summary>A connection is gone, and with it the certainty.</summary>
    public void Forget(FleetLink link)
    {
        foreach (var ours in _ours.Keys.Where(ours => ours.Link == link))
        {
            _ours.TryRemove(ours, out _);
        }

        _channels.Clear();
    }

    /// <summary>The VM was deleted: its id stays this host's for a while.</summary>
    public void Deleted(string id)
    {
        foreach (var old in _deleted.Keys.Where(old => !Keeps(old)))
        {
            _deleted.TryRemove(old, out _);
        }

        _deleted[id] = time.GetTimestamp();
    }

    /// <summary>Whether this is the id of a VM that was deleted here lately.</summary>
    public bool Keeps(string id) => _deleted.TryGetValue(id, out var since) && time.GetElapsedTime(since) < IdKept;

    /// <summary>Makes the key this host's, unless another host has it.</summary>
    /// <returns>False: another host has it.</returns>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>, or <c>timeout</c>: somebody has been taking the key all the while.</exception>
    public async Task<bool> TryClaimAsync(FleetLink link, string key, CancellationToken cancellationToken)
    {
        if (_ours.ContainsKey((link, key)))
        {
            return true;
        }

        var channel = await LockAsync(link, key, cancellationToken);
        try
        {
            if (await HolderAsync(link, key, cancellationToken) == Holder.Another)
            {
                return false;
            }

            await channel.QueueBindAsync(AmqpRoutes.HostQueue(me.Name), AmqpRoutes.VmExchange, key, cancellationToken: cancellationToken);
            _ours[(link, key)] = 0;
            return true;
        }
        catch (Exception error) when (error is OperationInterruptedException or AlreadyClosedException)
        {
            throw FleetLink.Lost(error);
        }
        finally
        {
            await UnlockAsync(link, channel, key);
        }
    }

    /// <summary>The same for a key that may well be this host's since an earlier connection: then one message tells.</summary>
    public async Task<bool> TryKeepAsync(FleetLink link, string key, CancellationToken cancellationToken)
    {
        switch (await HolderAsync(link, key, cancellationToken))
        {
            case Holder.ThisHost:
                _ours[(link, key)] = 0;
                return true;
            case Holder.Another:
                return false;
            default:
                return await TryClaimAsync(link, key, cancellationToken);
        }
    }

    /// <summary>Makes keys this host's that no other host can have.</summary>
    public async Task BindAsync(FleetLink link, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var all = keys.Where(key => !_ours.ContainsKey((link, key))).ToList();
        if (all.Count == 0)
        {
            return;
        }

        await using var channel = await link.OpenChannelAsync(cancellationToken);
        foreach (var key in all)
        {
            // Only the last is waited for: the broker works through them in order.
            await channel.QueueBindAsync(
                AmqpRoutes.HostQueue(me.Name), AmqpRoutes.VmExchange, key, noWait: key != all[^1], cancellationToken: cancellationToken);
        }

        foreach (var key in all)
        {
            _ours[(link, key)] = 0;
        }
    }

    /// <summary>Gives keys up.</summary>
    public async Task ReleaseAsync(FleetLink link, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var all = keys.ToList();
        if (all.Count == 0)
        {
            return;
        }

        await using var channel = await link.OpenChannelAsync(cancellationToken);
        foreach (var key in all)
        {
            _ours.TryRemove((link, key), out _);
            await channel.QueueUnbindAsync(AmqpRoutes.HostQueue(me.Name), AmqpRoutes.VmExchange, key, cancellationToken: cancellationToken);
        }
    }

    /// <summary>Answers whoever wants a key that the broker says is ours. One that is not any more is given up.</summary>
    public async Task AnswerProbeAsync(FleetLink link, IReadOnlyBasicProperties question, string key, CancellationToken cancellationToken)
    {
        var has = me.Has(key) || Keeps(key);
        if (!has)
        {
            await ReleaseAsync(link, [key], cancellationToken);
        }

        await link.AnswerAsync(question, has ? FleetMessage.Yes : FleetMessage.No, ReadOnlyMemory<byte>.Empty, cancellationToken);
    }

    private async Task<Holder> HolderAsync(FleetLink link, string key, CancellationToken cancellationToken)
    {
        using var inquiry = link.Expect();
        var probe = new BasicProperties
        {
            Type = FleetMessage.Probe,
            ReplyTo = link.ReplyQueue,
            CorrelationId = inquiry.Id,
            Expiration = $"{(long)s_holderPatience.TotalMilliseconds}",
        };
        if (!await link.SendAsync(AmqpRoutes.VmExchange, key, probe, Encoding.UTF8.GetBytes(key), cancellationToken))
        {
            return Holder.Nobody;
        }

        var answer = await inquiry.NextAsync(s_holderPatience, time, cancellationToken);
        if (answer is null && !link.IsOpen)
        {
            throw FleetLink.Lost(null);
        }

        return answer?.Type == FleetMessage.No ? Holder.Nobody
            : answer?.Host == me.Name ? Holder.ThisHost
            : Holder.Another;
    }

    /// <summary>A queue that is exclusive is a lock: the broker makes it for one connection, and it goes with it.</summary>
    private async Task<IChannel> LockAsync(FleetLink link, string key, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var channel = TakeChannel(link) ?? await link.OpenChannelAsync(cancellationToken);
            try
            {
                await channel.QueueDeclareAsync(AmqpRoutes.Lock(key), durable: false, exclusive: true, autoDelete: false, cancellationToken: cancellationToken);
                return channel;
            }
            catch (OperationInterruptedException error)
            {
                await channel.DisposeAsync();
                if (error.ShutdownReason?.ReplyCode != ResourceLocked)
                {
                    throw FleetLink.Lost(error);
                }
            }

            if (time.GetElapsedTime(began) > s_lockPatience)
            {
                throw new AetherscaleException(TimedOut, $"Somebody else is taking {Quoted.Of(key)} and does not come to an end; try again.");
            }

            await Task.Delay(s_lockPause, time, cancellationToken);
        }
    }

    private async Task UnlockAsync(FleetLink link, IChannel channel, string key)
    {
        try
        {
            await channel.QueueDeleteAsync(AmqpRoutes.Lock(key), cancellationToken: CancellationToken.None);
            _channels.Add((link, channel));
        }
        catch (Exception error) when (error is OperationInterruptedException or AlreadyClosedException or TimeoutException)
        {
            // The connection is gone, and the lock with it.
            await channel.DisposeAsync();
        }
    }

    /// <returns>Null where there is none.</returns>
    private IChannel? TakeChannel(FleetLink link)
    {
        while (_channels.TryTake(out var idle))
        {
            // What belongs to an earlier connection went with it.
            if (idle.Link == link && idle.Channel.IsOpen)
            {
                return idle.Channel;
            }
        }

        return null;
    }

    private enum Holder
    {
        Nobody,
        ThisHost,
        Another,
    }
}
