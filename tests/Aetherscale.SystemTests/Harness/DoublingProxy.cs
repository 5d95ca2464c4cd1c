using System.Collections.Concurrent;
using Aetherscale.Contract.Streams;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// A way to a broker by which every message gets there twice: the second time by a connection of the proxy's own, so that confirms and tags
/// stay the client's. It can also have the broker deliver again what was dealt with.
/// </summary>
/// <remarks>
/// Streams of bytes are passed over: they go by queues that end with their connection, and nobody sends a part of one again. So is what
/// wants its reply on its own channel (<c>amq.rabbitmq.reply-to</c>).
/// </remarks>
internal sealed class DoublingProxy(params IReadOnlyList<int> targets) : TcpProxy(targets)
{
    private static readonly HashSet<string?> s_streams = [StreamMessage.Data, StreamMessage.Credit, StreamMessage.End, StreamMessage.Close, StreamMessage.Ping];

    private readonly ConcurrentBag<MessageCopies> _copies = [];
    private int _doubled;
    private int _cuts;
    private volatile Predicate<string>? _delivery;
    private volatile bool _cutsAtAck;

    /// <summary>How many messages were sent a second time.</summary>
    public int Doubled => _doubled;

    /// <summary>How often it has cut a connection over a message.</summary>
    public int Cuts => _cuts;

    /// <summary>Cuts the connection instead of passing the next acknowledgement on: the broker delivers again what was done.</summary>
    public void CutAtNextAck() => _cutsAtAck = true;

    /// <summary>Cuts the connection as soon as a message with such a routing key has got to the client.</summary>
    public void CutAfterDelivery(Predicate<string> key) => _delivery = key;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var copies in _copies)
        {
            await copies.DisposeAsync();
        }
    }

    protected override (Pass There, Pass Back) NewPasses(int target)
    {
        var copies = new MessageCopies(target, () => Interlocked.Increment(ref _doubled));
        _copies.Add(copies);
        var (there, back) = (new AmqpFrames(), new AmqpFrames());
        var published = new Dictionary<int, Message>();
        var delivered = new Dictionary<int, Message>();
        var isOver = false;
        return (Go, Come);

        ReadOnlyMemory<byte>? Go(ReadOnlyMemory<byte> bytes)
        {
            var passed = new List<byte>();
            foreach (var frame in there.Take(bytes))
            {
                if (isOver)
                {
                    return null;
                }

                if (frame.IsAck && _cutsAtAck)
                {
                    _cutsAtAck = false;
                    Interlocked.Increment(ref _cuts);
                    return null;
                }

                copies.See(frame);
                if (frame.IsPublish)
                {
                    published[frame.Channel] = new Message();
                }

                if (published.TryGetValue(frame.Channel, out var message) && message.IsWholeWith(frame))
                {
                    published.Remove(frame.Channel);
                    Double(message);
                }

                passed.AddRange(frame.Bytes);
            }

            return passed.ToArray();
        }

        ReadOnlyMemory<byte>? Come(ReadOnlyMemory<byte> bytes)
        {
            if (isOver)
            {
                return null;
            }

            var passed = new List<byte>();
            foreach (var frame in back.Take(bytes))
            {
                passed.AddRange(frame.Bytes);
                if (frame.IsDeliver && _delivery is { } wanted && wanted(frame.Route().Key))
                {
                    _delivery = null;
                    delivered[frame.Channel] = new Message();
                }

                if (delivered.TryGetValue(frame.Channel, out var message) && message.IsWholeWith(frame))
                {
                    // The next thing that either of them says, a heartbeat at the latest, finds the way closed.
                    isOver = true;
                    Interlocked.Increment(ref _cuts);
                    break;
                }
            }

            return passed.ToArray();
        }

        void Double(Message message)
        {
            var (replyTo, type) = message.Properties;
            if (replyTo != "amq.rabbitmq.reply-to" && !s_streams.Contains(type))
            {
                copies.Send(message.Frames);
            }
        }
    }

    /// <summary>A method, a header and a body, as their frames come.</summary>
    private sealed class Message
    {
        private long _missing = long.MaxValue;

        public List<AmqpFrame> Frames { get; } = [];

        public (string? ReplyTo, string? Type) Properties => Frames[1].Properties();

        public bool IsWholeWith(AmqpFrame frame)
        {
            Frames.Add(frame);
            _missing = frame.Kind switch
            {
                AmqpFrame.Header => frame.BodyLength,
                AmqpFrame.Body => _missing - frame.Payload.Length,
                _ => _missing,
            };
            return _missing == 0;
        }
    }
}
