using System.Net.Sockets;

namespace Aetherscale.Tests.Cli;

/// <summary>The forms of HTTP/1.1 that a server may choose from, each down to the last byte.</summary>
public sealed class HttpReplyTests : IDisposable
{
    private const string Body = """{"execution-info":{"status":"success"},"response":[]}""";

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    public static TheoryData<string> Forms =>
    [
        $"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\n\r\n{Body}",
        $"HTTP/1.1 200 OK\r\ncontent-length:{Body.Length}\r\nServer: Kestrel\r\n\r\n{Body}and rubbish",
        $"HTTP/1.0 200\r\n\r\n{Body}", // to the end of the connection
        $"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\n\r\n{Body}",
        $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{Body[..16]}\r\n{Body.Length - 16:x};a=b\r\n{Body[16..]}\r\n0\r\n\r\n",
        $"HTTP/1.1 200 OK\nContent-Length: {Body.Length}\n\n{Body}",
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_form_of_a_reply_is_read(string bytes)
    {
        await using var daemon = ScriptedDaemon.Sending(_cli.OwnSocket, bytes);
        Assert.Equal(new CliResult(0, $"[{Body}]\n", ""), await _cli.RunAsync("list-vms", "-o", "json"));
    }

    [Fact]
    public async Task A_reply_that_trickles_in_byte_by_byte_is_read()
    {
        var bytes = $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Body.Length:x}\r\n{Body}\r\n0\r\n\r\n";
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (_, socket, cancel) =>
        {
            foreach (var one in bytes)
            {
                await socket.SendAsync(new[] { (byte)one }, SocketFlags.None, cancel);
            }
        });
        Assert.Equal(new CliResult(0, $"[{Body}]\n", ""), await _cli.RunAsync("list-vms", "-o", "json"));
    }

    [Fact]
    public async Task A_list_far_larger_than_the_buffer_is_read()
    {
        var vms = string.Join(',', Enumerable.Range(0, 5000).Select(i => $$"""{"vm-id":"vm{{i}}","status":"stopped"}"""));
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success($"[{vms}]"));
        var result = await _cli.RunAsync("list-vms", "--quiet");
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"vm{i}"), result.Out.Split('\n')[..^1]);
    }
}
