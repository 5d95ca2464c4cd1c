using System.Buffers.Binary;
using System.Text;

namespace Aetherscale.SystemTests.Harness;

/// <summary>A frame of AMQP 0-9-1, as it stands on the wire: kind, channel, length, payload, end.</summary>
internal readonly record struct AmqpFrame(byte[] Bytes)
{
    public const byte Method = 1;
    public const byte Header = 2;
    public const byte Body = 3;

    /// <summary>Bytes before the payload; after it comes one.</summary>
    public const int Start = 7;

    private const int PublishMethod = (60 << 16) | 40;
    private const int DeliverMethod = (60 << 16) | 60;
    private const int AckMethod = (60 << 16) | 80;

    public byte Kind => Bytes[0];

    public int Channel => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(1));

    public ReadOnlySpan<byte> Payload => Bytes.AsSpan(Start, Bytes.Length - Start - 1);

    /// <summary>Class and method; 0 for what is no method.</summary>
    public int MethodId => Kind == Method ? BinaryPrimitives.ReadInt32BigEndian(Payload) : 0;

    public bool IsPublish => MethodId == PublishMethod;

    public bool IsDeliver => MethodId == DeliverMethod;

    public bool IsAck => MethodId == AckMethod;

    /// <summary>Of the body that follows a header.</summary>
    public long BodyLength => BinaryPrimitives.ReadInt64BigEndian(Payload[4..]);

    /// <summary>Exchange and routing key of a delivery.</summary>
    public (string Exchange, string Key) Route()
    {
        var at = 4;
        Short(Payload, ref at); // the consumer
        at += 9; // the delivery's tag, and whether it was delivered before
        return (Short(Payload, ref at), Short(Payload, ref at));
    }

    /// <summary>The reply-to and type of a header.</summary>
    public (string? ReplyTo, string? Type) Properties()
    {
        // content-type, content-encoding, headers, delivery-mode, priority, correlation-id, reply-to, expiration, message-id, timestamp, type
        var (flags, at) = (BinaryPrimitives.ReadUInt16BigEndian(Payload[12..]), 14);
        string? replyTo = null, type = null;
        for (var bit = 15; bit >= 5; bit--)
        {
            if ((flags & (1 << bit)) == 0)
            {
                continue;
            }

            switch (bit)
            {
                case 13:
                    at += 4 + BinaryPrimitives.ReadInt32BigEndian(Payload[at..]);
                    break;
                case 12 or 11:
                    at += 1;
                    break;
                case 6:
                    at += 8;
                    break;
                default:
                    var text = Short(Payload, ref at);
                    (replyTo, type) = bit == 9 ? (text, type) : bit == 5 ? (replyTo, text) : (replyTo, type);
                    break;
            }
        }

        return (replyTo, type);
    }

    /// <summary>The same on another channel; of a publication, without <c>mandatory</c> and <c>immediate</c>.</summary>
    public byte[] On(ushort channel)
    {
        var copy = Bytes.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(1), channel);
        if (IsPublish)
        {
            copy[^2] = 0;
        }

        return copy;
    }

    private static string Short(ReadOnlySpan<byte> bytes, ref int at)
    {
        var text = Encoding.UTF8.GetString(bytes.Slice(at + 1, bytes[at]));
        at += 1 + bytes[at];
        return text;
    }
}

/// <summary>Makes frames of bytes as they come in.</summary>
internal sealed class AmqpFrames
{
    private readonly List<byte> _left = [];

    /// <summary>The frames that are whole now; what a connection begins with, which is no frame, is passed over.</summary>
    public IEnumerable<AmqpFrame> Take(ReadOnlyMemory<byte> bytes)
    {
        _left.AddRange(bytes.Span);
        while (_left.Count >= AmqpFrame.Start)
        {
            var length = _left[0] == 'A' ? AmqpFrame.Start + 1
                : AmqpFrame.Start + 1 + ((_left[3] << 24) | (_left[4] << 16) | (_left[5] << 8) | _left[6]);
            if (_left.Count < length)
            {
                yield break;
            }

            var frame = _left.GetRange(0, length).ToArray();
            _left.RemoveRange(0, length);
            yield return new AmqpFrame(frame);
        }
    }
}
