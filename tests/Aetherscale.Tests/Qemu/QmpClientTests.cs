using System.Text;
using Aetherscale.Qemu;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Qemu;

public sealed class QmpClientTests : IDisposable
{
    private readonly ScriptedQmp _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reply_out_of_order_reaches_who_asked_for_it()
    {
        await using var qmp = await Negotiate();
        var one = qmp.ExecuteAsync("one", null, Cancellation);
        Assert.Equal("""{"execute":"one","id":1}""", await _server.HearAsync(Cancellation));
        var two = qmp.ExecuteAsync("two", json => json.WriteString("key", "a,\"b"), Cancellation);
        Assert.Equal(
            """{"execute":"two","arguments":{"key":"a,\u0022b"},"id":2}""", await _server.HearAsync(Cancellation));

        await Say("""{"return": {"n": 2}, "id": 2}""");
        Assert.Equal(2, (await two).GetProperty("n").GetInt32());
        Assert.False(one.IsCompleted);
        await Say("""{"error": {"class": "GenericError", "desc": "no"}, "id": 1}""");

        var error = await Assert.ThrowsAsync<QmpException>(() => one);
        Assert.Equal(("no", "GenericError"), (error.Message, error.ErrorClass));
    }

    [Fact]
    public async Task Events_go_their_own_way()
    {
        await using var qmp = await Negotiate();
        var asking = qmp.QueryStatusAsync(Cancellation);
        await Say("""{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}""");
        await Say("""{"event": "SHUTDOWN", "data": {"guest": true}, "timestamp": {}}""");
        await Say("""{"return": {"status": "paused"}, "id": 1}""");

        Assert.Equal("paused", await asking);
        Assert.Equal("STOP", (await qmp.Events.ReadAsync(Cancellation)).Name);
        Assert.True((await qmp.Events.ReadAsync(Cancellation)).Data.GetProperty("guest").GetBoolean());
    }

    [Fact]
    public async Task A_flood_of_events_that_nobody_reads_keeps_the_last_and_delays_no_reply()
    {
        await using var qmp = await Negotiate();
        var asking = qmp.QueryStatusAsync(Cancellation);
        for (var n = 0; n < 3000; n++)
        {
            await Say($$"""{"event": "E{{n}}"}""");
        }

        await Say("""{"return": {"status": "running"}, "id": 1}""");

        Assert.Equal("running", await asking);
        Assert.Equal("E1976", (await qmp.Events.ReadAsync(Cancellation)).Name);
        Assert.Contains("event E1975 dropped", _server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_may_come_in_pieces()
    {
        await using var qmp = await Negotiate();
        var asking = qmp.QueryStatusAsync(Cancellation);
        foreach (var character in """{"return": {"status": "running"}, "id": 1}""" + "\n")
        {
            await _server.SayAsync(character.ToString(), Cancellation);
        }

        Assert.Equal("running", await asking);
    }

    [Theory]
    [InlineData("garbage\n", "not JSON")]
    [InlineData("\n", "not JSON")]
    [InlineData("[]\n", "not a JSON object")]
    [InlineData("{}\n", "neither an event nor a reply")]
    [InlineData("{\"return\": {}}\n", "neither an event nor a reply")]
    [InlineData("{\"return\": {}, \"id\": \"1\"}\n", "neither an event nor a reply")]
    [InlineData("{\"return\": {}, \"id\": 99}\n", "never sent")]
    [InlineData("{\"return\": {}, \"id\": 0}\n", "never sent")]
    [InlineData("{\"id\": 1}\n", "neither a result nor an error")]
    [InlineData("{\"error\": {\"class\": 1}, \"id\": 1}\n", "neither a result nor an error")]
    [InlineData("{\"event\": \"\\ud800\"}\n", "no Unicode")]
    [InlineData("{\"event\": \"E\"} {}\n", "not JSON")]
    public async Task What_breaks_the_protocol_closes_the_connection_and_tells_why(string said, string reason)
    {
        await using var qmp = await Negotiate();
        var asking = qmp.QueryStatusAsync(Cancellation);
        await _server.HearAsync(Cancellation);

        await _server.SayAsync(said, Cancellation);

        var error = await Assert.ThrowsAsync<QmpException>(() => asking);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        await qmp.Closed.WaitAsync(Cancellation);
        Assert.Contains(reason, _server.Log.Text, StringComparison.Ordinal);
        Assert.Empty(await _server.HearAsync(Cancellation));
        await Assert.ThrowsAsync<QmpException>(() => qmp.QueryStatusAsync(Cancellation));
        await qmp.Events.Completion.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_buffered_for_ever()
    {
        await using var qmp = await Negotiate();
        var asking = qmp.QueryStatusAsync(Cancellation);

        // The client hangs up in the middle of it.
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(
            () => _server.SayAsync(new byte[8 * QmpLineReader.LongestLine], Cancellation));

        var error = await Assert.ThrowsAsync<QmpException>(() => asking);
        Assert.Contains("more than 1048576 bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"return\": ")]
    public async Task A_hang_up_fails_all_who_wait(string lastWords)
    {
        await using var qmp = await Negotiate();
        var asking = Enumerable.Range(0, 20).Select(_ => qmp.QueryStatusAsync(Cancellation)).ToArray();
        await _server.HearAsync(Cancellation);
        await _server.SayAsync(lastWords, Cancellation);
        _server.HangUp();

        foreach (var one in asking)
        {
            await Assert.ThrowsAsync<QmpException>(() => one);
        }
    }

    [Fact]
    public async Task Silence_ends_with_the_deadline_and_a_late_reply_does_no_harm()
    {
        var time = new FakeTimeProvider();
        await using var qmp = await _server.NegotiateAsync(time, Cancellation);
        var late = qmp.QueryStatusAsync(Cancellation);
        await _server.HearAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(late.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        await Assert.ThrowsAsync<TimeoutException>(() => late);

        var next = qmp.QueryStatusAsync(Cancellation);
        await Say("""{"return": {"status": "running"}, "id": 1}""");
        await Say("""{"return": {"status": "paused"}, "id": 2}""");

        Assert.Equal("paused", await next);
    }

    [Fact]
    public async Task A_server_that_does_not_greet_is_given_up_at_the_deadline()
    {
        var time = new FakeTimeProvider();
        var connecting = _server.ConnectAsync(time, Cancellation);
        await _server.AcceptAsync(Cancellation);

        time.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<TimeoutException>(() => connecting);
        Assert.Empty(await _server.HearAsync(Cancellation));
    }

    [Theory]
    [InlineData("SSH-2.0\r\n", "not JSON")]
    [InlineData("{}\n", "did not greet")]
    [InlineData(ScriptedQmp.Greeting + "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\n", "no")]
    [InlineData(ScriptedQmp.Greeting + "{\"error\": {\"class\": \"\\ud800\", \"desc\": \"no\"}}\n", "no Unicode")]
    public async Task A_wrong_negotiation_is_told_and_closed(string said, string reason)
    {
        var connecting = _server.ConnectAsync(TimeProvider.System, Cancellation);
        await _server.AcceptAsync(Cancellation);

        await _server.SayAsync(said, Cancellation);

        var error = await Assert.ThrowsAsync<QmpException>(() => connecting);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_at_the_path_is_told_with_the_path()
    {
        var error = await Assert.ThrowsAsync<QmpException>(() => QmpClient.ConnectAsync(
            _server.Path + "-not", TimeSpan.FromSeconds(5), TimeProvider.System, _server.Log, Cancellation));

        Assert.Contains(_server.Path + "-not", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposal_fails_the_waiters_and_may_be_repeated()
    {
        var qmp = await Negotiate();
        var asking = qmp.QueryStatusAsync(Cancellation);

        await qmp.DisposeAsync();
        await qmp.DisposeAsync();

        await Assert.ThrowsAsync<QmpException>(() => asking);
        await Assert.ThrowsAsync<QmpException>(() => qmp.QueryStatusAsync(Cancellation));
        await qmp.Closed;
        Assert.Empty(_server.Log.Text);
    }

    [Fact]
    public async Task Cancelling_one_command_leaves_the_others()
    {
        await using var qmp = await Negotiate();
        using var cancelled = new CancellationTokenSource();
        var first = qmp.QueryStatusAsync(cancelled.Token);
        var second = qmp.QueryStatusAsync(Cancellation);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Say("""{"return": {"status": "running"}, "id": 2}""");
        Assert.Equal("running", await second);
    }

    [Fact]
    public async Task Whatever_comes_nobody_waits_for_ever()
    {
        string[] pieces =
        [
            "{", "}", "\"", "\n", "\r\n", "{}", ",", ":", "[", "\\ud800", "\0", "\"return\": {}",
            "\"id\": 1", "\"event\": \"E\"",
            "{\"event\": \"E\"}\n", "{\"return\": {\"status\": \"running\"}, \"id\": 1}\n",
            "{\"error\": {}, \"id\": 1}\n",
        ];
        var wire = Gen.OneOf(
            Gen.Int[0, pieces.Length - 1].Array[0, 12].Select(chosen =>
                 Encoding.UTF8.GetBytes(string.Concat(chosen.Select(n => pieces[n])))), Gen.Byte.Array[0, 60]);
        await wire.SampleAsync(async bytes =>
        {
            using var server = new ScriptedQmp();
            await using var qmp = await server.NegotiateAsync(TimeProvider.System, Cancellation);
            var asking = qmp.QueryStatusAsync(Cancellation);
            await server.HearAsync(Cancellation);
            try
            {
                await server.SayAsync(bytes, Cancellation);
            }
            catch (System.Net.Sockets.SocketException)
            {
                // The client has hung up already.
            }

            server.HangUp();
            await Task.WhenAny(asking, Task.Delay(4000, Cancellation));
            await qmp.Closed.WaitAsync(TimeSpan.FromSeconds(4), Cancellation);
            return asking.IsCompletedSuccessfully 
                ? asking.Result == "running"
                : asking.Exception?.InnerException is QmpException;
        }, iter: 300, threads: 1);
    }

    public void Dispose() => _server.Dispose();

    private Task<QmpClient> Negotiate() => _server.NegotiateAsync(TimeProvider.System, Cancellation);

    private Task Say(string line) => _server.SayAsync(line + "\r\n", Cancellation);
}
