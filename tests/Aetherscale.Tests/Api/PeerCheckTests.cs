using System.Net.Sockets;
using System.Text;
using Aetherscale.Api;
using Aetherscale.Commands;
using Aetherscale.Commands.Hosts;
using Aetherscale.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.Tests.Api;

/// <summary>A client that got as far as the socket: whose it is decides.</summary>
public sealed class PeerCheckTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, "HTTP/1.1 404 Not Found")]
    [InlineData(1, "")]
    public async Task A34_Another_user_than_the_owner_is_hung_up_on_without_a_reply(uint away, string expected)
    {
        var user = Libc.GetEffectiveUserId();
        Assert.SkipWhen(user == 0, "Root is let in everywhere.");
        await using var app = Open(owner: user + away);
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, (await AskAsync()).Split("\r\n")[0]);
    }

    [Theory]
    [InlineData(0, "HTTP/1.1 404 Not Found")]
    [InlineData(1, "")]
    public async Task A34_Of_other_users_only_members_of_the_group_are_answered(uint away, string expected)
    {
        var user = Libc.GetEffectiveUserId();
        Assert.SkipWhen(user == 0, "Root is let in everywhere.");
        var own = uint.Parse((await File.ReadAllLinesAsync("/proc/self/status", TestContext.Current.CancellationToken))
            .First(line => line.StartsWith("Gid:", StringComparison.Ordinal)).Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture);
        await using var app = Open(owner: user + 1, group: own + away);
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, (await AskAsync()).Split("\r\n")[0]);
    }

    private WebApplication Open(uint owner, uint? group = null)
    {
        var router = new CommandRouter(new Dictionary<string, Route>(), "host", null, new ExpiredCommands(), TimeProvider.System, NullLogger<CommandRouter>.Instance);
        var peers = new PeerCheck(owner, group, NullLogger<PeerCheck>.Instance);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => ApiServer.Listen(options, _folder["api.sock"], peers, group: null, NullLogger.Instance));
        var app = builder.Build();
        ApiServer.Map(
            app,
            new CommandsEndpoint(router, null!, CancellationToken.None),
            new ConnectEndpoint(null!, router, new GuestUpgrade(router, CancellationToken.None)),
            new ConsoleEndpoint(null!, router, new GuestUpgrade(router, CancellationToken.None)),
            new OtherwiseEndpoint(router));
        return app;
    }

    /// <returns>All that is said until the other side hangs up.</returns>
    private async Task<string> AskAsync()
    {
        var reply = new StringBuilder();
        var piece = new byte[4096];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["api.sock"]), patience.Token);
        try
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"u8.ToArray(), patience.Token);
            while (await socket.ReceiveAsync(piece, patience.Token) is > 0 and var length)
            {
                reply.Append(Encoding.UTF8.GetString(piece, 0, length));
            }
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // It hung up before it had read all.
        }

        return reply.ToString();
    }
}
