using System.Collections.Concurrent;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// How far this host's clock is ahead of the others', so that an instant that one of them tells can be said by ours. Hosts say with each
/// message what their clocks show.
/// </summary>
/// <remarks>
/// A message comes later than it is sent, never sooner: of several, the one that came soonest tells best. Two spans of time are kept, so that
/// a clock that was set is believed after a while. Neither ends while nothing comes: what a frozen daemon finds when it wakes is late.
/// </remarks>
internal sealed class FleetClocks(TimeProvider time)
{
    private static readonly TimeSpan s_span = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Seen> _seen = new();

    /// <summary>A message has come that waited nowhere.</summary>
    /// <param name="message">Its properties; one that does not show a clock tells nothing.</param>
    public void Heard(IReadOnlyBasicProperties message)
    {
        if (message.Text(FleetHeaders.Host) is not { } host || message.Instant(FleetHeaders.Now) is not { } theirs)
        {
            return;
        }

        var ahead = time.GetUtcNow() - theirs;
        _seen.AddOrUpdate(
            host,
            _ => new Seen(time.GetTimestamp(), ahead, ahead),
            (_, seen) => time.GetElapsedTime(seen.Since) < s_span
                ? seen with { Least = Min(seen.Least, ahead) }
                : new Seen(time.GetTimestamp(), ahead, seen.Least));
    }

    /// <summary>A command's deadline, by our clock.</summary>
    /// <param name="command">Its properties; null comes of one that has no deadline.</param>
    /// <remarks>
    /// While nothing is known of its sender's clock it counts as sent just now: the broker has seen to it that it did not wait too long.
    /// </remarks>
    public DateTimeOffset? DeadlineOf(IReadOnlyBasicProperties command) =>
        command.Instant(FleetHeaders.Deadline) is not { } theirs ? null
        : command.Text(FleetHeaders.Host) is { } host && _seen.TryGetValue(host, out var seen) ? Shifted(theirs, Min(seen.Least, seen.LeastBefore))
        : command.Instant(FleetHeaders.Now) is { } sent ? Shifted(time.GetUtcNow(), theirs - sent)
        : theirs;

    /// <summary>Whatever a clock may show, it is an instant.</summary>
    private static DateTimeOffset Shifted(DateTimeOffset instant, TimeSpan by) =>
        new(Math.Clamp(instant.UtcTicks + by.Ticks, 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private sealed record Seen(long Since, TimeSpan Least, TimeSpan LeastBefore);
}
