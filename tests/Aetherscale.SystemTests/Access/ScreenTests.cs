using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.Networking;

namespace Aetherscale.SystemTests.Access;

/// <summary><c>screenshot</c>, and VNC on a Unix socket, with real graphics cards.</summary>
[Collection(LinuxGuests.Name)]
public sealed class ScreenTests(GuestPair guests)
{
    private TestHost Host => guests.Host;

    [Fact]
    public async Task Without_a_graphics_card_there_is_no_screen()
    {
        var refused = await Host.CliAsync("screenshot", "web");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("has no graphics card", refused.Error);
        Assert.Contains("(no-screen)", refused.Error);
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("broker")]
    public async Task The_picture_is_what_the_screen_shows(string way)
    {
        string[] options = way == "broker" ? ["--broker", guests.BrokerUrl] : [];
        (await Host.CliAsync([.. options, "create-vm", "--image", "polite", "--name", "screen", "--graphics", "vnc"])).Succeeded();
        using var folder = new TemporaryFolder();
        var file = $"{folder.Path}/screen.png";

        // At first it is black; then the firmware writes its name.
        await Wait.UntilAsync("there is something on the screen", async () =>
        {
            Assert.Equal(new ToolResult(0, file + "\n", ""), await Host.CliAsync([.. options, "screenshot", "screen", file]));
            return ColoursOf(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)) > 2;
        });
        (await Host.CliAsync("delete-vm", "screen")).Succeeded();
    }

    [Fact]
    public async Task Vnc_is_on_a_socket_that_is_the_users_alone()
    {
        await Host.CreateAsync("polite", """, "name": "shown", "graphics": "vnc" """);
        var path = (await Host.RunAsync("show-vm", """{"vm-id": "shown"}""")).GetProperty("vnc-socket").GetString()!;
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));

        using var viewer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await viewer.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        var greeting = new byte[12];
        await new NetworkStream(viewer).ReadExactlyAsync(greeting, TestContext.Current.CancellationToken);
        Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(greeting));
        (await Host.CliAsync("delete-vm", "shown")).Succeeded();
    }

    /// <summary>How many different bytes the picture's data has: a black screen has no more than two.</summary>
    internal static int ColoursOf(byte[] png)
    {
        Assert.Equal("\u0089PNG\r\n\u001a\n", Encoding.Latin1.GetString(png[..8]));
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), 640, 1920);
        var data = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (Encoding.ASCII.GetString(png, at + 4, 4) == "IDAT")
            {
                data.Write(png, at + 8, length);
            }

            at += length + 12;
        }

        data.Position = 0;
        var plain = new MemoryStream();
        new ZLibStream(data, CompressionMode.Decompress).CopyTo(plain);
        return plain.ToArray().Distinct().Count();
    }
}
