using System.Text;
using System.Text.Json;
using Aetherscale.Qemu;
using CsCheck;

namespace Aetherscale.Tests.Qemu;

/// <summary>A guest that broke out into its QEMU may send us anything: it ends that one connection, and nothing else.</summary>
public sealed class QmpLineReaderTests
{
    private static readonly string[] s_pieces =
    [
        "{", "}", "\"", "\n", "\r\n", "{}", ",", ":", "[", "]", "\\ud800", "\\u0000", "\0", "\"return\": {}", "\"id\": 1", "\"status\": \"\\udfff\"",
        "\"error\": {\"class\": \"\\ud800\", \"desc\": \"x\"}", "\"error\": {\"class\": \"C\", \"desc\": \"\\ud800\"}", "\"\\ud800\": 1",
        "{\"error\": {\"class\": \"C\", \"desc\": \"x\"}}\n", "{\"status\": \"running\"}\n", "{\"event\": \"E\"}\n",
    ];

    [Fact]
    public void Whatever_comes_is_read_or_refused()
    {
        var wire = Gen.OneOf(
            Gen.Int[0, s_pieces.Length - 1].Array[0, 14].Select(chosen => Encoding.UTF8.GetBytes(string.Concat(chosen.Select(n => s_pieces[n])))),
            Gen.Byte.Array[0, 200]);

        wire.Sample(ReadsOrRefuses, iter: 5000, threads: 1);
    }

    [Theory]
    [InlineData("""{"status": "\ud800"}""")]
    [InlineData("""{"\ud800": 1, "status": "running"}""")]
    [InlineData("""{"error": {"class": "\ud800", "desc": "x"}}""")]
    [InlineData("""{"error": {"class": "C", "desc": "\udfff"}}""")]
    public void Half_a_surrogate_pair_is_refused(string line) => ReadsOrRefuses(Encoding.UTF8.GetBytes(line + "\n"));

    [Fact]
    public async Task A_line_that_does_not_end_costs_no_more_than_the_longest_line()
    {
        var endless = new EndlessStream();
        await using var reader = new QmpLineReader(endless);

        await Assert.ThrowsAsync<QmpException>(async () => await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.InRange(endless.Sent, QmpLineReader.LongestLine, 2 * QmpLineReader.LongestLine);
    }

    private static void ReadsOrRefuses(byte[] bytes) => Fuzzing.Bounded(bytes.Length, () =>
    {
        // From memory nothing is waited for, so all of it happens on this thread.
        var reading = ReadsOrRefusesAsync(bytes);
        Assert.True(reading.IsCompletedSuccessfully, $"{reading.Exception}");
    });

    private static async Task ReadsOrRefusesAsync(byte[] bytes)
    {
        await using var reader = new QmpLineReader(new MemoryStream(bytes));
        try
        {
            while (await reader.ReadAsync(CancellationToken.None) is { } message)
            {
                Take(message);
            }
        }
        catch (QmpException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }

    /// <summary>What the daemon makes of a message; each part may refuse it.</summary>
    private static void Take(JsonElement message)
    {
        foreach (var part in new Action[] { () => QmpMessage.Status(message), () => QmpMessage.Error(message) })
        {
            try
            {
                part();
            }
            catch (QmpException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }
        }
    }

    /// <summary>One line without an end.</summary>
    private sealed class EndlessStream : Stream
    {
        public int Sent { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Sent; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Array.Fill(buffer, (byte)'x', offset, count);
            Sent += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'x');
            Sent += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
