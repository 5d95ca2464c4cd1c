using System.Collections.Concurrent;
using Aetherscale.Commands;
using Aetherscale.Contract;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// Which ids and names of VMs are this host's: the bindings of its queue to <see cref="AmqpRoutes.VmExchange"/>. The broker is the only place
/// where that is written, so it is the only one to be asked.
/// </summary>
internal sealed class VmClaims(FleetHost me, TimeProvider time)
{
    /// <summary>Messages under way at a time. From twice as many on, the client library holds them back.</summary>
    private const int ProbesAtOnce = 32;

    /// <summary>How many names are taken in one turn: others wait for it.</summary>
    private const int NamesInATurn = 500;

    /// <summary>Fewer are taken one by one: a turn costs as much.</summary>
    private const int FewNames = 3;

    /// <summary>The broker waits for its disk after each binding, but for those of several channels together.</summary>
    private const int BindingChannels = 4;

    private const int BindingsOnAChannel = 16;

    private static readonly TimeSpan s_holderPatience = TimeSpan.FromSeconds(2);

    /// <summary>A fleet whose broker was restarted has all its hosts ask at a time.</summary>
    private static readonly TimeSpan s_ownPatience = TimeSpan.FromSeconds(10);

    private readonly KeyLocks _locks = new(time);

    private readonly KeyHolders _holders = new(me, time);

    /// <summary>
    /// Ids of VMs that were deleted lately, and when. They lead here still: the request that made one may come again, and must find that it
    /// has been carried out.
    /// </summary>
    private readonly ConcurrentDictionary<string, long> _deleted = new();

    /// <summary>What the broker is known to have as ours, by the connection: it is not asked again.</summary>
    private readonly ConcurrentDictionary<(FleetLink Link, string Key), byte> _ours = new();

    /// <summary>A connection is gone, and with it the certainty.</summary>
    public void Forget(FleetLink link)
    {
        foreach (var ours in _ours.Keys.Where(ours => ours.Link == link))
        {
            _ours.TryRemove(ours, out _);
        }
    }

    /// <summary>The VM was deleted: its id stays this host's for as long as its request may come again.</summary>
    public void Deleted(string id) => _deleted[id] = time.GetTimestamp();

    /// <summary>Whether this is the id of a VM that was deleted here lately.</summary>
    public bool Keeps(string id) => _deleted.TryGetValue(id, out var since) && time.GetElapsedTime(since) < Once.Kept;

    /// <summary>Gives up the ids of VMs that were deleted so long ago that their requests do not come again.</summary>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away, or does not answer.</exception>
    public async Task ReleaseOldAsync(FleetLink link, CancellationToken cancellationToken)
    {
        var old = _deleted.Keys.Where(id => !Keeps(id)).ToList();
        await ReleaseAsync(link, old.Where(id => !me.Has(id)), cancellationToken);
        foreach (var id in old)
        {
            _deleted.TryRemove(id, out _);
        }
    }

    /// <summary>Makes the key this host's, unless another host has it.</summary>
    /// <returns>False: another host has it.</returns>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>, or <c>timeout</c>: somebody has been taking the key all the while.</exception>
    public async Task<bool> TryClaimAsync(FleetLink link, string key, CancellationToken cancellationToken)
    {
        if (_ours.ContainsKey((link, key)))
        {
            return true;
        }

        var channel = await _locks.TakeAsync(link, key, cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            while (await ClaimTurn.IncludesAsync(link, key, time, cancellationToken))
            {
                await _locks.PauseAsync(began, key, cancellationToken);
            }

            if (await _holders.OfAsync(link, key, s_holderPatience, cancellationToken) == Holder.Another)
            {
                return false;
            }

            await channel.QueueBindAsync(AmqpRoutes.HostQueue(me.Name), AmqpRoutes.VmExchange, key, cancellationToken: cancellationToken);
            _ours[(link, key)] = 0;
            return true;
        }
        catch (Exception error) when (KeyLocks.IsLoss(error) && !cancellationToken.IsCancellationRequested)
        {
            throw FleetLink.Lost(error);
        }
        finally
        {
            await _locks.GiveBackAsync(link, key, channel);
        }
    }

    /// <summary>Makes names this host's. Those that it had before are known by a message each; all others are taken together.</summary>
    /// <returns>Those that other hosts have, and those that somebody has been taking all the while.</returns>
    public async Task<(IReadOnlyCollection<string> Others, IReadOnlyCollection<string> Late)> KeepAsync(
        FleetLink link, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var (free, others, late) = (new ConcurrentBag<string>(), new ConcurrentBag<string>(), new List<string>());
        await EachAsync(names, async (name, token) =>
        {
            switch (await _holders.OfAsync(link, name, s_ownPatience, token))
            {
                case Holder.ThisHost:
                    _ours[(link, name)] = 0;
                    break;
                case Holder.Another:
                    others.Add(name);
                    break;
                default:
                    free.Add(name);
                    break;
            }
        }, cancellationToken);
        foreach (var some in free.Chunk(NamesInATurn))
        {
            var left = some.Length > FewNames ? await TakeTogetherAsync(link, some, others, cancellationToken) : some;
            foreach (var name in left)
            {
                try
                {
                    if (!await TryClaimAsync(link, name, cancellationToken))
                    {
                        others.Add(name);
                    }
                }
                catch (AetherscaleException error) when (error.Code == ErrorCodes.TimedOut)
                {
                    late.Add(name);
                }
            }
        }

        return (others, late);
    }

    /// <summary>Makes keys this host's that no other host can have.</summary>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away, or does not answer.</exception>
    public async Task BindAsync(FleetLink link, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var all = keys.Where(key => !_ours.ContainsKey((link, key))).ToList();
        var some = Math.Max(BindingsOnAChannel, (all.Count + BindingChannels - 1) / BindingChannels);
        try
        {
            await Task.WhenAll(all.Chunk(some).Select(part => BindAsync(link, part, cancellationToken)));
        }
        catch (Exception error) when (KeyLocks.IsLoss(error) && !cancellationToken.IsCancellationRequested)
        {
            throw FleetLink.Lost(error);
        }
    }

    /// <summary>Gives keys up.</summary>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away, or does not answer.</exception>
    public async Task ReleaseAsync(FleetLink link, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var all = keys.ToList();
        if (all.Count == 0)
        {
            return;
        }

        try
        {
            await using var channel = await link.OpenChannelAsync(cancellationToken);
            foreach (var key in all)
            {
                _ours.TryRemove((link, key), out _);
                await channel.QueueUnbindAsync(AmqpRoutes.HostQueue(me.Name), AmqpRoutes.VmExchange, key, cancellationToken: cancellationToken);
            }
        }
        catch (Exception error) when (KeyLocks.IsLoss(error) && !cancellationToken.IsCancellationRequested)
        {
            throw FleetLink.Lost(error);
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

    private static Task EachAsync(IEnumerable<string> keys, Func<string, CancellationToken, ValueTask> work, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = ProbesAtOnce, CancellationToken = cancellationToken }, work);

    /// <returns>Those that somebody else is just taking, each by itself.</returns>
    private async Task<IReadOnlyCollection<string>> TakeTogetherAsync(
        FleetLink link, string[] names, ConcurrentBag<string> others, CancellationToken cancellationToken)
    {
        var (free, left) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        await using var turn = await ClaimTurn.TakeAsync(link, _locks, names.ToHashSet(StringComparer.Ordinal), time, cancellationToken);
        await EachAsync(names, async (name, token) =>
        {
            var fate = await KeyLocks.IsTakenAsync(link, name, token) ? left
                : await _holders.OfAsync(link, name, s_holderPatience, token) == Holder.Another ? others
                : free;
            fate.Add(name);
        }, cancellationToken);
        await BindAsync(link, free, cancellationToken);
        return left;
    }

    private async Task BindAsync(FleetLink link, string[] keys, CancellationToken cancellationToken)
    {
        await using var channel = await link.OpenChannelAsync(cancellationToken);
        foreach (var key in keys)
        {
            // Only the last is waited for: the broker works through them in order.
            await channel.QueueBindAsync(
                AmqpRoutes.HostQueue(me.Name), AmqpRoutes.VmExchange, key, noWait: key != keys[^1], cancellationToken: cancellationToken);
        }

        foreach (var key in keys)
        {
            _ours[(link, key)] = 0;
        }
    }
}
