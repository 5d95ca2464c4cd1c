using System.Net.Sockets;
using System.Text;
using Aetherscale.Qemu;

namespace Aetherscale.Tests.Qemu;

/// <summary>What a guest may say to the daemon through its agent's socket.</summary>
public sealed class GuestAgentClientTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public GuestAgentClientTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_folder["qga.sock"]));
        _listener.Listen();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_agent_that_answers_is_there() => Assert.Null(await TalkAsync("SYNC\n", """{"return": {}}""" + "\n"));

    [Theory]
    [InlineData("""{"error": {"class": "GenericError", "desc": "JSON parse error"}}""")]
    [InlineData("ÿ{\"return\": 0}")]
    [InlineData("no JSON")]
    [InlineData("ÿ")]
    [InlineData("ÿ[]")]
    [InlineData("ÿ{\"return\": \"x\"}")]
    [InlineData("ÿ{\"return\": 99999999999999}")]
    public async Task What_was_left_of_earlier_talks_is_passed_over(string before) =>
        Assert.Null(await TalkAsync(before + "\nSYNC\n", """{"return": {}}""" + "\n"));

    [Fact]
    public async Task An_agent_that_refuses_says_so() =>
        Assert.Equal("its guest agent refuses a ping", await TalkAsync("SYNC\n", """{"error": {"class": "CommandNotFound"}}""" + "\n"));

    [Fact]
    public async Task A_guest_that_sends_without_an_end_is_given_up() =>
        Assert.Contains("it sends no lines", await TalkAsync(new string('x', 200_000), ""));

    [Fact]
    public async Task A_connection_that_ends_is_no_answer() =>
        Assert.Contains("QEMU closed the connection", await TalkAsync("", ""));

    [Fact]
    public async Task Without_a_socket_the_agent_cannot_be_asked() =>
        Assert.StartsWith(
            "its guest agent cannot be asked",
            await GuestAgentClient.PingAsync(_folder["none.sock"], TestContext.Current.CancellationToken));

    [Fact]
    public async Task Without_an_agent_the_wait_ends_with_its_token()
    {
        using var over = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GuestAgentClient.PingAsync(_folder["qga.sock"], over.Token));
    }

    /// <summary>The guest's side, in Latin-1; SYNC stands for the answer that the client waits for.</summary>
    private async Task<string?> TalkAsync(string first, string second)
    {
        var token = TestContext.Current.CancellationToken;
        var ping = GuestAgentClient.PingAsync(_folder["qga.sock"], token);
        using var guest = await _listener.AcceptAsync(token);
        await using (var stream = new NetworkStream(guest))
        {
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var sync = (await reader.ReadLineAsync(token))!;
            Assert.StartsWith("ÿ{\"execute\":\"guest-sync-delimited\"", sync);
            var id = sync.Split("\"id\":")[1].TrimEnd('}');
            try
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(first.Replace("SYNC", $$"""ÿ{"return": {{id}}}""")), token);
                if (second.Length > 0)
                {
                    Assert.Equal("{\"execute\":\"guest-ping\"}", await reader.ReadLineAsync(token));
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(second), token);
                    return await ping;
                }
            }
            catch (IOException)
            {
                // The client has heard enough.
            }
        }

        guest.Close();
        return await ping;
    }
}
