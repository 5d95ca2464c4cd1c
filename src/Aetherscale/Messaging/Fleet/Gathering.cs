using System.Security.Cryptography;
using Aetherscale.Contract;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Questions to all hosts: whoever answers in time is heard once, and who does not is named.</summary>
internal sealed class Gathering(FleetMembers members, TimeProvider time)
{
    private const ushort NotFound = 404;

    /// <summary>
    /// A host that answers later counts as one that does not. Those that are there answer within milliseconds, unless they are very busy.
    /// </summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(3);

    /// <summary>Those that have not answered by then are looked for: who has no connection is not waited for.</summary>
    private static readonly TimeSpan s_prompt = TimeSpan.FromSeconds(0.2);

    /// <param name="link">The way to them.</param>
    /// <param name="type">One of <see cref="FleetMessage"/>.</param>
    /// <param name="body">What is asked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away.</exception>
    public async Task<Gathered> AskAllAsync(FleetLink link, string type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var inquiry = link.Expect();
        var missing = members.Names.ToHashSet(StringComparer.Ordinal);
        var answers = new SortedDictionary<string, Answer>(StringComparer.Ordinal);
        var began = time.GetTimestamp();
        await link.AskAllAsync(inquiry, type, body, Patience, cancellationToken);
        await HearAsync(s_prompt);
        var gone = await WithoutConnectionAsync(link, missing, cancellationToken);
        missing.ExceptWith(gone);
        await HearAsync(Patience);
        if (!link.IsOpen)
        {
            throw FleetLink.Lost(null);
        }

        missing.UnionWith(gone);
        await ForgetTheGoneAsync(link, missing, cancellationToken);
        return new Gathered([.. answers.Values], [.. missing.Except(answers.Keys).Order(StringComparer.Ordinal)]);

        async Task HearAsync(TimeSpan until)
        {
            while (missing.Count > 0 && until - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero
                && await inquiry.NextAsync(left, time, cancellationToken) is { } answer)
            {
                if (answer.Host is { } host)
                {
                    members.Heard(host);
                    missing.Remove(host);
                    answers.TryAdd(host, answer);
                }
            }
        }
    }

    /// <summary>Asks so many other hosts, taken at random, and waits a moment.</summary>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away.</exception>
    public async Task<IReadOnlyList<Answer>> AskSomeAsync(FleetLink link, int count, string type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var inquiry = link.Expect();
        var hosts = members.Others.ToArray();
        RandomNumberGenerator.Shuffle<string>(hosts);
        var began = time.GetTimestamp();
        var sent = await Task.WhenAll(hosts.Take(count).Select(host => link.AskAsync(host, inquiry, type, body, s_prompt, cancellationToken)));
        var answers = new List<Answer>();
        while (answers.Count < sent.Count(isThere => isThere) && s_prompt - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero
            && await inquiry.NextAsync(left, time, cancellationToken) is { } answer)
        {
            answers.Add(answer);
        }

        return [.. answers.Where(answer => answer.Host is not null)];
    }

    /// <summary>Of these, the hosts whose queue for questions is gone: it goes with their connection.</summary>
    private static async Task<IReadOnlyList<string>> WithoutConnectionAsync(FleetLink link, IEnumerable<string> hosts, CancellationToken cancellationToken)
    {
        var looks = hosts.Select(async host =>
        {
            using var inquiry = link.Expect();
            return (Host: host, IsThere: await link.AskAsync(host, inquiry, FleetMessage.Ping, ReadOnlyMemory<byte>.Empty, Patience, cancellationToken));
        });
        return [.. (await Task.WhenAll(looks)).Where(look => !look.IsThere).Select(look => look.Host)];
    }

    /// <summary>A host whose queue was removed has been forgotten, while we did not listen.</summary>
    private async Task ForgetTheGoneAsync(FleetLink link, HashSet<string> missing, CancellationToken cancellationToken)
    {
        foreach (var host in missing.ToList())
        {
            if (!await ExistsAsync(link, AmqpRoutes.HostQueue(host), cancellationToken))
            {
                members.Forget(host);
                missing.Remove(host);
            }
        }
    }

    /// <summary>Whether there is such a queue. Anybody may ask that of any.</summary>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away, or does not answer.</exception>
    public static async Task<bool> ExistsAsync(FleetLink link, string queue, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await link.OpenChannelAsync(cancellationToken);
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException error)
        {
            return error.ShutdownReason?.ReplyCode != NotFound;
        }
        catch (Exception error) when (KeyLocks.IsLoss(error) && !cancellationToken.IsCancellationRequested)
        {
            throw FleetLink.Lost(error);
        }
    }
}

/// <summary>What came of a question to all.</summary>
/// <param name="Answers">One of each host that answered, in the order of their names.</param>
/// <param name="Unanswered">The hosts that did not, in the order of their names.</param>
internal sealed record Gathered(IReadOnlyList<Answer> Answers, IReadOnlyList<string> Unanswered);
