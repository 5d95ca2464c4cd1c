using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Aetherscale.Contract.Streams;

/// <summary>One side of a stream of bytes in messages, both ways, the same for the CLI and the daemon. It knows no broker.</summary>
/// <remarks>One reader and one writer at a time; what comes in may come at any time, but in order.</remarks>
/// <param name="send">Sends a message of that type; throws <see cref="IOException"/> when it cannot. Called by reader and writer.</param>
public sealed class MessageStream(Func<string, ReadOnlyMemory<byte>, CancellationToken, ValueTask> send) : DuplexStream
{
    /// <summary>Credit goes back in a few large pieces.</summary>
    private const int CreditStep = StreamMessage.Window / 4;

    private readonly Lock _gate = new();
    private readonly Channel<ReadOnlyMemory<byte>> _received = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private ReadOnlyMemory<byte> _current;
    private int _read;
    private int _used;
    private int _credit = StreamMessage.Window;
    private TaskCompletionSource _changed = NewSource();
    private bool _endReceived;
    private IOException? _broken;

    /// <summary>Whether the other side has gone in good order, and reads no more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether the stream was cut off.</summary>
    public bool IsBroken => _broken is not null;

    /// <summary>Takes a message of the other side's. One that breaks the rules breaks the stream; unknown ones say nothing.</summary>
    /// <param name="type">One of <see cref="StreamMessage"/>.</param>
    /// <param name="body">Copied: it need not stay.</param>
    public void Receive(string? type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case StreamMessage.Data:
                ReceiveData(body);
                break;
            case StreamMessage.Credit:
                ReceiveCredit(body);
                break;
            case StreamMessage.End:
                _endReceived = true;
                _received.Writer.TryComplete();
                break;
            case StreamMessage.Close when _endReceived:
                Change(() => IsClosed = true);
                break;
            case StreamMessage.Close:
                Break("the other side closed it");
                break;
        }
    }

    /// <summary>Nothing will come any more: reading ends with an error, after what is there already, and so does writing.</summary>
    public void Break(string why)
    {
        var error = new IOException(why);
        Change(() => _broken ??= error);
        _received.Writer.TryComplete(error);
    }

    /// <summary>What the other side sent; 0 bytes: it has ended its output.</summary>
    /// <exception cref="IOException">The stream broke.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_current.IsEmpty)
        {
            if (!await _received.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }

            _received.Reader.TryRead(out _current);
        }

        var count = Math.Min(_current.Length, buffer.Length);
        _current[..count].CopyTo(buffer);
        _current = _current[count..];
        _read += count;
        if (_read >= CreditStep && !_endReceived && !IsBroken)
        {
            var credit = Encoding.ASCII.GetBytes(_read.ToString(CultureInfo.InvariantCulture));
            Interlocked.Add(ref _used, -_read);
            _read = 0;
            await send(StreamMessage.Credit, credit, cancellationToken);
        }

        return count;
    }

    /// <summary>Sends bytes as the other side has room for them.</summary>
    /// <exception cref="IOException">Nobody reads them.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var count = await TakeCreditAsync(Math.Min(buffer.Length, StreamMessage.MaxDataBytes), cancellationToken);
            await send(StreamMessage.Data, buffer[..count], cancellationToken);
            buffer = buffer[count..];
        }
    }

    /// <summary>Tells the other side that no more will come.</summary>
    public ValueTask EndWritingAsync(CancellationToken cancellationToken) =>
        send(StreamMessage.End, ReadOnlyMemory<byte>.Empty, cancellationToken);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void ReceiveData(ReadOnlySpan<byte> body)
    {
        if (body.Length is 0 or > StreamMessage.MaxDataBytes)
        {
            Break("the other side sent a message of a size that is not allowed");
            return;
        }

        // What was received and not given back as credit is what the other side has used of its window.
        if (_endReceived || Interlocked.Add(ref _used, body.Length) > StreamMessage.Window)
        {
            Break("the other side sent more than it may");
            return;
        }

        _received.Writer.TryWrite(body.ToArray());
    }

    private void ReceiveCredit(ReadOnlySpan<byte> body)
    {
        if (!Utf8Parser.TryParse(body, out int more, out var digits) || digits != body.Length
            || more < 0 || more > StreamMessage.Window - _credit)
        {
            Break("the other side gave credit that it does not have");
            return;
        }

        Change(() => _credit += more);
    }

    private async ValueTask<int> TakeCreditAsync(int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_broken is not null || IsClosed)
                {
                    throw _broken ?? new IOException("the other side reads no more");
                }

                if (_credit > 0)
                {
                    var count = Math.Min(most, _credit);
                    _credit -= count;
                    return count;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            _changed.TrySetResult();
            _changed = NewSource();
        }
    }
}
