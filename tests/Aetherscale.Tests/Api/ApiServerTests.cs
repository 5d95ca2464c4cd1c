using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Aetherscale.Api;
using Aetherscale.Commands;
using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;
using Aetherscale.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.Tests.Api;

/// <summary>The real door on a real socket; behind it one command, which never ends by itself.</summary>
public sealed class ApiServerTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http;
    private readonly WebApplication _app;

    public ApiServerTests()
    {
        var routes = new Dictionary<string, Route>
        {
            ["endless"] = async (_, _, stopping) =>
            {
                _begun.SetResult();
                await Task.Delay(Timeout.Infinite, stopping);
                return writer => writer.WriteNullValue();
            },
        };
        var router = new CommandRouter(routes, "host", null, new ExpiredCommands(), TimeProvider.System, NullLogger<CommandRouter>.Instance);
        var peers = new PeerCheck(Libc.GetEffectiveUserId(), group: null, NullLogger<PeerCheck>.Instance);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            options => ApiServer.Listen(options, _folder["api.sock"], peers, group: null, NullLogger.Instance));
        _app = builder.Build();
        ApiServer.Map(
            _app,
            new CommandsEndpoint(router, null!, _stopping.Token),
            new ConnectEndpoint(null!, router, new GuestUpgrade(router, _stopping.Token)),
            new ConsoleEndpoint(null!, router, new GuestUpgrade(router, _stopping.Token)),
            new OtherwiseEndpoint(router));
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://localhost") };
    }

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound, null)]
    [InlineData("GET", "/favicon.ico", HttpStatusCode.NotFound, null)]
    [InlineData("DELETE", "/v1/vms/a", HttpStatusCode.NotFound, null)]
    [InlineData("GET", "/v1/commands", HttpStatusCode.MethodNotAllowed, "POST")]
    [InlineData("POST", "/v1/connect", HttpStatusCode.MethodNotAllowed, "GET")]
    [InlineData("GET", "/v1/connect", HttpStatusCode.BadRequest, null)]
    public async Task Where_nothing_is_there_is_an_envelope(string method, string path, HttpStatusCode status, string? allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var reply = await _http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, reply.StatusCode);
        Assert.Equal(allowed, reply.Content.Headers.Allow.SingleOrDefault());
        Assert.Equal(ErrorCodes.BadRequest, (await ReadAsync(reply)).ExecutionInfo.Code);
    }

    [Fact]
    public async Task Who_waits_is_told_when_the_daemon_stops()
    {
        using var body = new StringContent("""{"command": "endless"}""");
        var waiting = _http.PostAsync(ApiRoutes.Commands, body, TestContext.Current.CancellationToken);
        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        await ApiServer.StopAsync(_app, _stopping, TimeProvider.System);

        using var reply = await waiting;
        Assert.Contains("is stopping", (await ReadAsync(reply)).ExecutionInfo.Reason);
    }

    private static async Task<ReplyEnvelope> ReadAsync(HttpResponseMessage reply) =>
        JsonSerializer.Deserialize(await reply.Content.ReadAsByteArrayAsync(), ContractJson.Wire.ReplyEnvelope)!;

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["api.sock"]), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
