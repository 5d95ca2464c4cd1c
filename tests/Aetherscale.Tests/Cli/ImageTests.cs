using System.Security.Cryptography;
using System.Text;
using Aetherscale.Cli.Output;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Tests.Cli;

/// <summary>The verbs on images, down to the byte.</summary>
public sealed class ImageTests : IDisposable
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private const string Image =
        """{"name":"deb","size":1048576,"virtual-size":3221225472,"used-by":["a","b","c","d"],"source":"https://x/i\u001b[2J","digest":"sha256:0123456789abcdef","created":"2026-01-31T12:00:00+00:00","file":"/i/deb.qcow2"}""";

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_piped_list_has_columns_without_spaces()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success($"[{Image}]"));
        _cli.Time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 2, 3, 13, 0, 0, TimeSpan.Zero));

        Assert.Equal(
            """
            NAME  SIZE    VIRTUAL  USED-BY   DIGEST        AGE  SOURCE
            deb   1.0MiB  3.0GiB   a,b,c,+1  0123456789ab  3d   https://x/i\x1b[2J

            """,
            (await _cli.RunAsync("list-images")) is { Error: "" } result ? result.Out : "?");
    }

    [Fact]
    public async Task A_file_is_sent_with_its_length_its_path_and_the_checksum_beside_it()
    {
        var (path, sum) = Source();
        await using var daemon = Streaming(Frame("progress", """{"stage":"reading","bytes":5,"total":10}"""), Reply(Image));

        var result = await _cli.RunAsync("import-image", "deb", path);

        Assert.Equal("NAME  SIZE    VIRTUAL  DIGEST\ndeb   1.0MiB  3.0GiB   0123456789ab\n", result.Out);
        Assert.Equal((0, "reading: 5 B of 10 B, 50%\n"), (result.Code, result.Error));
        Assert.Equal("0123456789", Assert.Single(daemon.Bodies));
        var head = Assert.Single(daemon.Heads);
        Assert.StartsWith($"PUT /v1/images?name=deb&checksum=sha256%3A{sum}&source={Uri.EscapeDataString(path)} HTTP/1.1\r\n", head);
        Assert.Contains("\r\nContent-Length: 10", head);
    }

    [Fact]
    public async Task A_pull_is_followed()
    {
        await using var daemon = Streaming(Frame("progress", """{"stage":"resolving","bytes":0}"""), Frame("progress", """{"stage":"downloading","bytes":5,"total":10}"""), Reply(Image));

        var result = await _cli.RunAsync("pull-image", "debian:12", "--name", "deb");

        Assert.Equal("NAME  SIZE    VIRTUAL  DIGEST\ndeb   1.0MiB  3.0GiB   0123456789ab\n", result.Out);
        Assert.Equal((0, "resolving\ndownloading: 5 B of 10 B, 50%\n"), (result.Code, result.Error));
        var head = Assert.Single(daemon.Heads);
        Assert.StartsWith("POST /v1/commands HTTP/1.1\r\n", head);
        Assert.Contains("\r\nAccept: text/event-stream\r\n", head);
        Assert.StartsWith("""{"command":"pull-image","options":{"image":"debian:12","name":"deb"},"request-id":""", Assert.Single(daemon.Bodies));
    }

    [Theory]
    [InlineData("debian:12", true)]
    [InlineData("debian_12", false)]
    public async Task Creating_a_vm_is_followed_where_its_image_may_have_to_be_pulled(string image, bool isFollowed)
    {
        const string Vm = """{"status":"starting","vm-id":"abcdefgh","name":"web"}""";
        await using var daemon = isFollowed ? Streaming(Reply(Vm)) : ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(Vm));

        var result = await _cli.RunAsync("create-vm", "--image", image, "--name", "web", "--quiet");

        Assert.Equal((0, "abcdefgh\n", ""), (result.Code, result.Out, result.Error));
        Assert.Equal(isFollowed, Assert.Single(daemon.Heads).Contains("Accept: text/event-stream", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_checksum_of_the_users_counts_more_and_none_means_none()
    {
        var (path, _) = Source();
        await using var daemon = Streaming(Reply(Image));

        Assert.Equal("deb\n", (await _cli.RunAsync("import-image", "deb", path, "--checksum", "none", "--format", "raw", "--quiet")).Out);

        Assert.StartsWith("PUT /v1/images?name=deb&checksum=none&format=raw&source=", Assert.Single(daemon.Heads));
    }

    [Theory]
    [InlineData("-", "stdin")]
    [InlineData("/proc/sys/kernel/ostype", "%2Fproc%2Fsys%2Fkernel%2Fostype")]
    public async Task What_does_not_tell_its_length_is_sent_in_chunks(string source, string words)
    {
        _cli.Input = new MemoryStream("Linux\n"u8.ToArray());
        var got = new StringBuilder();
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (begun, socket, cancel) =>
        {
            got.Append(begun);
            var buffer = new byte[1024];
            while (!got.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            {
                got.Append(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, cancel)));
            }

            await ScriptedDaemon.SendAsync(socket, Head + Chunk(Reply(Image)) + "0\r\n\r\n", cancel);
        });

        Assert.Equal(0, (await _cli.RunAsync("import-image", "deb", source)).Code);

        Assert.EndsWith("6\r\nLinux\n\r\n0\r\n\r\n", got.ToString());
        Assert.Contains($"?name=deb&source={words} HTTP", Assert.Single(daemon.Heads));
    }

    [Fact]
    public async Task A_URL_is_the_daemons_to_fetch()
    {
        await using var daemon = Streaming(Reply(Image));

        Assert.Equal(0, (await _cli.RunAsync("import-image", "deb", "https://x/a b?c=d")).Code);

        Assert.StartsWith("PUT /v1/images?name=deb&url=https%3A%2F%2Fx%2Fa%20b%3Fc%3Dd HTTP/1.1\r\n", Assert.Single(daemon.Heads));
    }

    [Fact]
    public async Task A_refusal_ends_the_sending_of_what_has_no_end()
    {
        _cli.Input = new FileStream("/dev/zero", FileMode.Open, FileAccess.Read);
        const string refusal = """{"execution-info":{"status":"error","code":"image-unsafe","reason":"it is empty"}}""";
        await using var daemon = ScriptedDaemon.Doing(
            _cli.OwnSocket, (_, socket, cancel) => ScriptedDaemon.SendAsync(socket, Head + Chunk(Frame("reply", refusal)) + "0\r\n\r\n", cancel));

        var result = await _cli.RunAsync("import-image", "deb", "-");

        Assert.Equal(1, result.Code);
        Assert.Contains("it is empty", result.Error);
    }

    [Fact]
    public async Task A_terminal_has_one_line_that_changes()
    {
        _cli.ErrorIsTerminal = true;
        await using var daemon = Streaming(
            Frame("progress", """{"stage":"reading","bytes":0,"total":10}"""), Frame("progress", """{"stage":"checking","bytes":10,"total":10}"""), Reply(Image));

        Assert.Equal("\r\e[Kreading\r\e[Kchecking: 10 B of 10 B, 100%\r\e[K", (await _cli.RunAsync("import-image", "deb", "http://x/i")).Error);
    }

    [Theory]
    [InlineData("reading", 1L << 20, 2L << 20, 1L << 20, 2, "reading: 1.0 MiB of 2.0 MiB, 50%, 512.0 KiB/s, 2 s left")]
    [InlineData("downloading", 5 << 20, null, 5 << 20, 1, "downloading: 5.0 MiB, 5.0 MiB/s")]
    [InlineData("downloading", 1 << 20, 1L << 40, 1 << 10, 1, "downloading: 1.0 MiB of 1.0 TiB, 0%, 1.0 KiB/s, 99 h 59 min left")]
    [InlineData("downloading", 1L << 20, 101L << 20, 1L << 20, 1, "downloading: 1.0 MiB of 101.0 MiB, 0%, 1.0 MiB/s, 1 min 40 s left")]
    [InlineData("converting", 0, null, 0, 9, "converting")]
    public void Rate_and_time_left_are_told(string stage, long bytes, long? total, long done, int seconds, string text) =>
        Assert.Equal(text, ImportDisplay.Describe(new ImportProgress { Stage = stage, Bytes = bytes, Total = total }, done, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task A_broker_carries_no_files()
    {
        var result = await _cli.RunAsync("import-image", "deb", "-", "--broker", "amqp://localhost");

        Assert.Equal(2, result.Code);
        Assert.Contains("name a URL", result.Error);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_usage_error_and_asks_no_daemon()
    {
        var result = await _cli.RunAsync("import-image", "deb", "/nowhere/i.img");

        Assert.Equal(2, result.Code);
        Assert.Equal("aetherscale-cli: /nowhere/i.img cannot be read: its folder is not there\n", result.Error);
    }

    [Theory]
    [InlineData("ftp://host/i.img", "ftp:// is not fetched, only http:// and https:// are", "Fetch it with another program, as in: curl ftp://host/i.img | aetherscale-cli import-image deb -")]
    [InlineData("file:///srv/i.img", "file:// is not fetched, only http:// and https:// are", "Name the file by its path: /srv/i.img")]
    public async Task What_is_fetched_from_elsewhere_is_a_usage_error_with_a_way_out(string source, string words, string advice)
    {
        var result = await _cli.RunAsync("import-image", "deb", source);

        Assert.Equal(new CliResult(2, "", $"aetherscale-cli: {words}\n  {advice}\n"), result);
    }

    [Fact]
    public async Task A_folder_is_no_image()
    {
        var result = await _cli.RunAsync("import-image", "deb", _cli.Root);

        Assert.Equal(new CliResult(2, "", $"aetherscale-cli: {_cli.Root} is a folder: name the image's file in it\n"), result);
    }

    private static string Frame(string type, string json) => $"event: {type}\ndata: {json}\n\n";

    private static string Reply(string response) => Frame("reply", Envelopes.Success(response));

    private static string Chunk(string text) => $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n";

    private ScriptedDaemon Streaming(params string[] frames) =>
        ScriptedDaemon.Sending(_cli.OwnSocket, Head + string.Concat(frames.Select(Chunk)) + "0\r\n\r\n");

    private (string Path, string Sum) Source()
    {
        var path = Path.Join(_cli.Root, "an image.raw");
        File.WriteAllText(path, "0123456789");
        var sum = Convert.ToHexStringLower(SHA256.HashData("0123456789"u8));
        File.WriteAllText(Path.Join(_cli.Root, "SHA256SUMS"), $"{sum}  an image.raw\n");
        return (path, sum);
    }
}
