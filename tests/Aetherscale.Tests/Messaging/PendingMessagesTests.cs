using Aetherscale.Messaging;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Messaging;

/// <summary>Which message a redelivery is, and how often each delivery is acknowledged.</summary>
public sealed class PendingMessagesTests
{
    private static readonly MessageKey s_key = new("reply", "1", null, "00");

    private readonly FakeTimeProvider _time = new();
    private readonly PendingMessages _messages;

    public PendingMessagesTests() => _messages = new PendingMessages(_time);

    [Fact]
    public void A_redelivery_takes_the_place_of_the_delivery_whose_connection_was_lost()
    {
        var message = Begin(s_key, session: 1, tag: 7);

        Assert.Same(message, _messages.TakeOver(s_key, new Delivery(2, 1)));

        _messages.Done(message);
        Assert.False(_messages.TryAcknowledge(message, session: 1, out _));
        Assert.Equal(1u, Acknowledge(message, session: 2));
    }

    [Theory]
    [InlineData("other", "1", null, "00")]
    [InlineData("reply", "2", null, "00")]
    [InlineData("reply", "1", "m", "00")]
    [InlineData("reply", "1", null, "01")]
    [InlineData(null, null, null, "00")]
    public void Another_message_is_not_taken_for_it(string? replyTo, string? correlationId, string? messageId, string digest)
    {
        Begin(s_key, session: 1, tag: 7);

        Assert.Null(_messages.TakeOver(new MessageKey(replyTo, correlationId, messageId, digest), new Delivery(2, 1)));
    }

    [Fact]
    public void What_came_in_by_the_same_connection_is_another_message()
    {
        Begin(s_key, session: 1, tag: 7);

        Assert.Null(_messages.TakeOver(s_key, new Delivery(1, 8)));
    }

    [Fact]
    public void The_same_message_sent_twice_is_matched_one_for_one()
    {
        var both = new[] { Begin(s_key, session: 1, tag: 7), Begin(s_key, session: 1, tag: 8) };

        var taken = new[] { _messages.TakeOver(s_key, new Delivery(2, 1)), _messages.TakeOver(s_key, new Delivery(2, 2)) };

        Assert.Equal(both, taken);
        Assert.Null(_messages.TakeOver(s_key, new Delivery(2, 3)));
    }

    [Fact]
    public void A_message_may_be_lost_more_than_once()
    {
        var message = Begin(s_key, session: 1, tag: 7);

        Assert.Same(message, _messages.TakeOver(s_key, new Delivery(2, 1)));
        Assert.Same(message, _messages.TakeOver(s_key, new Delivery(3, 1)));
    }

    [Fact]
    public void Each_delivery_is_acknowledged_once()
    {
        var message = Begin(s_key, session: 1, tag: 7);

        Assert.Equal(7u, Acknowledge(message, session: 1));
        Assert.False(_messages.TryAcknowledge(message, session: 1, out _));
    }

    [Fact]
    public void An_acknowledgement_that_was_lost_with_the_connection_is_given_again()
    {
        var message = Begin(s_key, session: 1, tag: 7);
        _messages.Done(message);
        Acknowledge(message, session: 1);

        Assert.Same(message, _messages.TakeOver(s_key, new Delivery(2, 1)));
        Assert.Equal(1u, Acknowledge(message, session: 2));
    }

    [Fact]
    public void Of_two_the_one_that_was_not_acknowledged_comes_first()
    {
        var done = Begin(s_key, session: 1, tag: 7);
        _messages.Done(done);
        Acknowledge(done, session: 1);
        var running = Begin(s_key, session: 1, tag: 8);

        Assert.Same(running, _messages.TakeOver(s_key, new Delivery(2, 1)));
    }

    [Fact]
    public void What_was_acknowledged_long_ago_does_not_come_again()
    {
        var message = Begin(s_key, session: 1, tag: 7);
        _messages.Done(message);
        Acknowledge(message, session: 1);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(_messages.TakeOver(s_key, new Delivery(2, 1)));
    }

    [Fact]
    public void What_was_acknowledged_shortly_before_its_connection_was_lost_may_come_again_much_later()
    {
        var message = Begin(s_key, session: 1, tag: 7);
        _messages.Done(message);
        Acknowledge(message, session: 1);
        _time.Advance(TimeSpan.FromSeconds(25));
        _messages.SessionEnded(1);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Same(message, _messages.TakeOver(s_key, new Delivery(2, 1)));
        Assert.Equal(1u, Acknowledge(message, session: 2));
    }

    [Fact]
    public void What_was_acknowledged_long_before_its_connection_was_lost_does_not_come_again()
    {
        var message = Begin(s_key, session: 1, tag: 7);
        _messages.Done(message);
        Acknowledge(message, session: 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        _messages.SessionEnded(1);

        Assert.Null(_messages.TakeOver(s_key, new Delivery(2, 1)));
    }

    [Fact]
    public void What_is_done_and_does_not_come_again_by_the_next_connection_is_forgotten()
    {
        var done = Begin(s_key, session: 1, tag: 7);
        _messages.Done(done);
        var running = Begin(s_key with { CorrelationId = "2" }, session: 1, tag: 8);
        var again = Begin(s_key with { CorrelationId = "3" }, session: 1, tag: 9);
        _messages.Done(again);
        _messages.SessionEnded(1);
        _messages.TakeOver(again.Key, new Delivery(2, 1));

        _messages.SessionSettled(2);

        Assert.Null(_messages.TakeOver(s_key, new Delivery(3, 1)));
        Assert.Same(running, _messages.TakeOver(running.Key, new Delivery(3, 2)));
        Assert.Same(again, _messages.TakeOver(again.Key, new Delivery(3, 3)));
    }

    [Fact]
    public void Memory_is_bounded()
    {
        for (var number = 0; number < 3 * PendingMessages.MaxKept; number++)
        {
            _messages.Done(Begin(s_key with { CorrelationId = $"{number % 7}" }, session: 1, tag: (ulong)number));
        }

        Assert.Equal(PendingMessages.MaxKept, _messages.Count);
    }

    private PendingMessage Begin(MessageKey key, int session, ulong tag)
    {
        var message = new PendingMessage(key, "tester", new Delivery(session, tag));
        _messages.Add(message);
        return message;
    }

    private ulong Acknowledge(PendingMessage message, int session)
    {
        Assert.True(_messages.TryAcknowledge(message, session, out var tag));
        return tag;
    }
}
