using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Aetherscale.Stop;

/// <summary>The talk with one QEMU over its second QMP monitor, from the greeting to the end of the process.</summary>
internal sealed class GuestShutdown(Socket socket, TimeSpan grace)
{
    // A guest that is still booting misses the power button, so it is pressed again and again. Ordinary guests ignore
    // it
    // once they are shutting down; the interval spares those that begin anew each time.
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_greeting = TimeSpan.FromSeconds(2);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly byte[] _buffer = new byte[65536];
    private int _filled;
    private int _taken;

    private enum Line
    {
        Greeting,
        Return,
        Other,
        Paused,
        TooLate,
        Closed,
    }

    /// <summary>Null when QEMU is gone; else why the guest is not down, in one line.</summary>
    public string? Run()
    {
        switch (NextOf(Line.Greeting, s_greeting))
        {
            case Line.Closed:
                return null;
            case Line.TooLate:
                return "QEMU did not answer within 2 s: it hangs, or something else holds its stop socket";
        }

        Send("""{"execute":"qmp_capabilities"}""");
        if (NextOf(Line.Return, s_greeting) == Line.TooLate)
        {
            return "QEMU greeted and then fell silent";
        }

        while (true)
        {
            Send("""{"execute":"system_powerdown"}""");
            Send("""{"execute":"query-status"}""");
            var round = Min(Stopwatch.GetElapsedTime(_started) + s_interval, grace);
            switch (NextOf(Line.Paused, round))
            {
                case Line.Closed:
                    return null;
                case Line.Paused:
                    // Resuming it is the user's decision, and waiting is of no use: none of the guest's code runs.
                    return "the guest is paused: it cannot shut down";
                case Line.TooLate when round >= grace:
                    return $"the guest did not shut down within {grace.TotalSeconds} s";
            }
        }
    }

    // Reads until this kind of line, the end of the connection or the time, counted from the start.
    private Line NextOf(Line wanted, TimeSpan until)
    {
        while (true)
        {
            var line = Next(until);
            if (line == wanted || line is Line.Closed or Line.TooLate)
            {
                return line;
            }
        }
    }

    private Line Next(TimeSpan until)
    {
        int end;
        while ((end = _buffer.AsSpan(_taken, _filled - _taken).IndexOf((byte)'\n')) < 0)
        {
            _buffer.AsSpan(_taken, _filled - _taken).CopyTo(_buffer);
            (_filled, _taken) = (_filled - _taken, 0);
            if (_filled == _buffer.Length)
            {
                // No line that matters is so long; what follows of this one is no JSON and is passed over too.
                _filled = 0;
            }

            var left = until - Stopwatch.GetElapsedTime(_started);
            if (left <= TimeSpan.Zero || !socket.Poll(left, SelectMode.SelectRead))
            {
                return Line.TooLate;
            }

            var read = socket.Receive(_buffer, _filled, _buffer.Length - _filled, SocketFlags.None);
            if (read == 0)
            {
                return Line.Closed;
            }

            _filled += read;
        }

        var line = _buffer.AsSpan(_taken, end);
        _taken += end + 1;
        return Classify(line);
    }

    // Only the members at the top and in "return" count: an event's data may hold any names.
    private static Line Classify(ReadOnlySpan<byte> text)
    {
        var kind = Line.Other;
        var json = new Utf8JsonReader(text);
        try
        {
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (json.CurrentDepth == 1)
                {
                    kind = json.ValueTextEquals("QMP"u8) ? Line.Greeting
                        : json.ValueTextEquals("return"u8) ? Line.Return : kind;
                }
                else if (json.CurrentDepth == 2 && kind == Line.Return && json.ValueTextEquals("status"u8))
                {
                    json.Read();
                    return json.TokenType == JsonTokenType.String && IsPaused(json) ? Line.Paused : Line.Return;
                }
            }
        }
        catch (JsonException)
        {
            return Line.Other;
        }

        return kind;
    }

    private static bool IsPaused(Utf8JsonReader status) =>
        status.ValueTextEquals("paused"u8) || status.ValueTextEquals("io-error"u8)
            || status.ValueTextEquals("internal-error"u8);

    private void Send(string command) => socket.Send(Encoding.ASCII.GetBytes(command + "\n"));

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
