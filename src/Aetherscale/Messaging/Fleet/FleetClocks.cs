using System.Collections.Concurrent;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// How far this host's clock is ahead of the others', so that an instant that one of them tells can be said by ours. Hosts say with each
/// message what their clocks show.
/// </summary>
/// <remarks>
/// A message comes later than it is sent, never sooner: of several, the one that came soonest tells best. Later ones are believed, as when a clock
/// was set, if they agree for a while: what a frozen daemon finds when it wakes is late, too, and comes all at once.
/// </remarks>
internal sealed class FleetClocks(TimeProvider time)
{
    /// <summary>Messages that come in so much time are as soon as one another.</summary>
    private static readonly TimeSpan s_close = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Seen> _seen = new();

    /// <summary>A message has come that waited nowhere.</summary>
    /// <param name="message">Its properties; one that does not show a clock tells nothing.</param>
    public void Heard(IReadOnlyBasicProperties message)
    {
        if (message.Text(FleetHeaders.Host) is { } host && message.Instant(FleetHeaders.Now) is { } theirs)
        {
            var ahead = time.GetUtcNow() - theirs;
            _seen.AddOrUpdate(host, _ => new Seen(ahead, null, 0), (_, seen) => After(seen, ahead));
        }
    }

    /// <summary>A command's deadline, by our clock.</summary>
    /// <param name="command">Its properties; null comes of one that has no deadline.</param>
    /// <remarks>
    /// While nothing is known of its sender's clock it counts as sent just now: the broker has seen to it that it did not wait too long.
    /// </remarks>
    public DateTimeOffset? DeadlineOf(IReadOnlyBasicProperties command) =>
        command.Instant(FleetHeaders.Deadline) is not { } theirs ? null
        : command.Text(FleetHeaders.Host) is { } host && _seen.TryGetValue(host, out var seen) ? Shifted(theirs, seen.Ahead)
        : command.Instant(FleetHeaders.Now) is { } sent ? Shifted(time.GetUtcNow(), theirs - sent)
        : theirs;

    /// <summary>Whatever a clock may show, it is an instant.</summary>
    private static DateTimeOffset Shifted(DateTimeOffset instant, TimeSpan by) =>
        new(Math.Clamp(instant.UtcTicks + by.Ticks, 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);

    private Seen After(Seen seen, TimeSpan ahead)
    {
        if (ahead <= seen.Ahead + s_close)
        {
            return new Seen(Min(seen.Ahead, ahead), null, 0);
        }

        if (seen.Later is not { } later || (ahead - later).Duration() > s_close)
        {
            return seen with { Later = ahead, Since = time.GetTimestamp() };
        }

        var least = Min(later, ahead);
        return time.GetElapsedTime(seen.Since) >= s_while ? new Seen(least, null, 0) : seen with { Later = least };
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <param name="Ahead">How far our clock is ahead.</param>
    /// <param name="Later">What messages say by now that came later than that; null while none has.</param>
    /// <param name="Since">When the first of those came.</param>
    private sealed record Seen(TimeSpan Ahead, TimeSpan? Later, long Since);
}
