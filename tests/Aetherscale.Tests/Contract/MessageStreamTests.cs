using System.Collections.Concurrent;
using System.Text;
using Aetherscale.Contract.Streams;

namespace Aetherscale.Tests.Contract;

/// <summary>Two sides joined by queues as a broker's: in order, one way each, as slow as the test likes.</summary>
public sealed class MessageStreamTests
{
    private static readonly byte[] s_frame = new byte[StreamMessage.MaxDataBytes];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_pass_unchanged_both_ways_at_once_in_frames_that_are_not_too_long()
    {
        var (left, right, sent) = Pair();
        var bytes = new byte[(5 * StreamMessage.Window) + 12_345];
        new Random(7).NextBytes(bytes);

        var heard = await Task.WhenAll(ExchangeAsync(left, bytes), ExchangeAsync(right, bytes));

        Assert.Equal(bytes, heard[0]);
        Assert.Equal(bytes, heard[1]);
        Assert.All(sent.Where(message => message.Type == StreamMessage.Data), message => Assert.InRange(message.Length, 1, StreamMessage.MaxDataBytes));
    }

    [Fact]
    public async Task A_writer_stops_at_the_window_until_the_reader_has_read()
    {
        var (left, right, sent) = Pair();
        var write = left.WriteAsync(new byte[2 * StreamMessage.Window], Cancel).AsTask();

        await Task.Delay(100, Cancel);
        Assert.False(write.IsCompleted);
        Assert.Equal(StreamMessage.Window, sent.Sum(message => message.Length));

        var read = 0;
        while (read < 2 * StreamMessage.Window)
        {
            read += await right.ReadAsync(new byte[50_000], Cancel);
        }

        await write;
    }

    [Fact]
    public async Task One_direction_ends_while_the_other_goes_on()
    {
        var (left, right, _) = Pair();
        await left.WriteAsync("last words"u8.ToArray(), Cancel);
        await left.EndWritingAsync(Cancel);

        Assert.Equal("last words", Encoding.ASCII.GetString(await ReadToEndAsync(right)));
        await right.WriteAsync("an answer"u8.ToArray(), Cancel);
        await right.EndWritingAsync(Cancel);
        Assert.Equal("an answer", Encoding.ASCII.GetString(await ReadToEndAsync(left)));
    }

    [Fact]
    public async Task A_side_that_closes_after_its_end_reads_no_more_and_has_cut_nothing_off()
    {
        var stream = new MessageStream((_, _, _) => ValueTask.CompletedTask);
        stream.Receive(StreamMessage.Data, "x"u8);
        stream.Receive(StreamMessage.End, []);
        stream.Receive(StreamMessage.Close, []);

        Assert.Equal((true, false), (stream.IsClosed, stream.IsBroken));
        Assert.Equal("x"u8.ToArray(), await ReadToEndAsync(stream));
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(s_frame, Cancel).AsTask());
    }

    [Fact]
    public async Task A_break_ends_a_waiting_writer_and_a_reader_after_what_was_there()
    {
        var stream = new MessageStream((_, _, _) => ValueTask.CompletedTask);
        stream.Receive(StreamMessage.Data, "x"u8);
        var write = stream.WriteAsync(new byte[StreamMessage.Window + 1], Cancel).AsTask();
        Assert.False(write.IsCompleted);

        stream.Receive(StreamMessage.Close, []);

        Assert.Equal("the other side closed it", (await Assert.ThrowsAsync<IOException>(() => write)).Message);
        Assert.Equal(1, await stream.ReadAsync(new byte[9], Cancel));
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[9], Cancel).AsTask());
        Assert.True(stream.IsBroken);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("99999999999")]
    public void Credit_that_the_other_side_cannot_have_breaks_the_stream(string credit)
    {
        var stream = new MessageStream((_, _, _) => ValueTask.CompletedTask);
        stream.Receive(StreamMessage.Credit, Encoding.ASCII.GetBytes(credit));
        Assert.True(stream.IsBroken);
    }

    [Fact]
    public void More_than_the_window_breaks_the_stream_and_is_not_kept()
    {
        var stream = new MessageStream((_, _, _) => ValueTask.CompletedTask);
        for (var sent = 0; sent < StreamMessage.Window; sent += s_frame.Length)
        {
            stream.Receive(StreamMessage.Data, s_frame);
        }

        Assert.False(stream.IsBroken);
        stream.Receive(StreamMessage.Data, "x"u8);
        Assert.True(stream.IsBroken);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(StreamMessage.MaxDataBytes, false)]
    [InlineData(StreamMessage.MaxDataBytes + 1, true)]
    public void Data_of_no_or_too_many_bytes_breaks_the_stream(int bytes, bool breaks)
    {
        var stream = new MessageStream((_, _, _) => ValueTask.CompletedTask);
        stream.Receive(StreamMessage.Data, new byte[bytes]);

        Assert.Equal(breaks, stream.IsBroken);
    }

    [Fact]
    public void What_is_unknown_says_nothing()
    {
        var stream = new MessageStream((_, _, _) => ValueTask.CompletedTask);
        stream.Receive("later", s_frame);
        stream.Receive(null, s_frame);
        stream.Receive(StreamMessage.Ping, []);
        Assert.Equal((false, false), (stream.IsClosed, stream.IsBroken));
    }

    private static (MessageStream Left, MessageStream Right, ConcurrentQueue<(string Type, int Length)> Sent) Pair()
    {
        var sent = new ConcurrentQueue<(string, int)>();
        MessageStream? left = null, right = null;
        left = new MessageStream((type, body, _) => Deliver(() => right!, type, body));
        right = new MessageStream((type, body, _) => Deliver(() => left, type, body));
        return (left, right, sent);

        ValueTask Deliver(Func<MessageStream> to, string type, ReadOnlyMemory<byte> body)
        {
            sent.Enqueue((type, type == StreamMessage.Data ? body.Length : 0));
            to().Receive(type, body.Span);
            return ValueTask.CompletedTask;
        }
    }

    private static async Task<byte[]> ExchangeAsync(MessageStream stream, byte[] bytes)
    {
        var write = Task.Run(
            async () =>
            {
                await stream.WriteAsync(bytes, Cancel);
                await stream.EndWritingAsync(Cancel);
            },
            Cancel);
        var heard = await ReadToEndAsync(stream);
        await write;
        return heard;
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        using var heard = new MemoryStream();
        await stream.CopyToAsync(heard, Cancel);
        return heard.ToArray();
    }
}
