using System.Globalization;
using System.Text;
using Aetherscale.Messaging.Fleet;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;

namespace Aetherscale.Tests.Messaging;

/// <summary>Which instant of ours a deadline is that another host wrote.</summary>
public sealed class FleetClocksTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly FleetClocks _clocks;

    public FleetClocksTests() => _clocks = new FleetClocks(_time);

    [Fact]
    public void A_host_that_was_never_heard_has_its_time_from_when_its_message_comes()
    {
        Assert.Equal(_time.GetUtcNow() + s_minute, DeadlineIn(s_minute, aheadOfUs: TimeSpan.FromHours(-3)));
        Assert.Null(_clocks.DeadlineOf(new BasicProperties()));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(-40)]
    [InlineData(0)]
    public void Of_many_messages_that_which_came_soonest_tells(int seconds)
    {
        var ahead = TimeSpan.FromSeconds(seconds);
        foreach (var late in new[] { 0.3, 0.002, 0.8, 0.05 })
        {
            Hear(ahead - TimeSpan.FromSeconds(late));
        }

        Assert.Equal(_time.GetUtcNow() + s_minute + TimeSpan.FromSeconds(0.002), DeadlineIn(s_minute, ahead));
    }

    [Fact]
    public void What_came_late_all_at_once_changes_nothing()
    {
        Hear(TimeSpan.Zero);
        for (var message = 0; message < 20; message++)
        {
            Hear(TimeSpan.FromSeconds(-7));
        }

        Assert.Equal(_time.GetUtcNow() + s_minute, DeadlineIn(s_minute, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public void A_clock_that_was_set_is_believed_after_a_while(int seconds)
    {
        var set = TimeSpan.FromSeconds(seconds);
        Hear(TimeSpan.Zero);

        Hear(set);
        _time.Advance(TimeSpan.FromSeconds(10));
        Hear(set);

        Assert.Equal(_time.GetUtcNow() + s_minute, DeadlineIn(s_minute, set));
    }

    [Fact]
    public void Whatever_a_clock_shows_comes_to_an_instant()
    {
        var end = Properties(DateTimeOffset.MaxValue.AddDays(-1));
        end.Headers![FleetHeaders.Deadline] = Encoding.UTF8.GetBytes("253402300799999");
        _clocks.Heard(Properties(DateTimeOffset.UnixEpoch));

        Assert.NotNull(_clocks.DeadlineOf(end));
    }

    private void Hear(TimeSpan aheadOfUs) => _clocks.Heard(Properties(_time.GetUtcNow() + aheadOfUs));

    private DateTimeOffset? DeadlineIn(TimeSpan time, TimeSpan aheadOfUs)
    {
        var theirs = _time.GetUtcNow() + aheadOfUs;
        var command = Properties(theirs);
        command.Headers![FleetHeaders.Deadline] = Bytes(theirs + time);
        return _clocks.DeadlineOf(command);
    }

    private static BasicProperties Properties(DateTimeOffset theirs) => new()
    {
        Headers = new Dictionary<string, object?> { [FleetHeaders.Host] = "h2"u8.ToArray(), [FleetHeaders.Now] = Bytes(theirs) },
    };

    private static byte[] Bytes(DateTimeOffset instant) => Encoding.UTF8.GetBytes(instant.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
}
