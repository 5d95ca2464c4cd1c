using System.Text.Json;
using Aetherscale.Api;
using Aetherscale.Commands;
using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.Tests.Api;

/// <summary>What fails before a stream begins is answered like a command that failed.</summary>
public sealed class StreamRefusalTests
{
    [Theory]
    [InlineData("events")]
    [InlineData("logs")]
    public async Task A_broker_that_does_not_answer_in_time_makes_an_envelope(string what)
    {
        var context = ContextOf("?vm=web");

        await EndpointOf(what, new TimeoutException())(context);

        Assert.Equal(500, context.Response.StatusCode);
        context.Response.Body.Position = 0;
        using var reply = await JsonDocument.ParseAsync(context.Response.Body, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(ErrorCodes.InternalError, reply.RootElement.GetProperty("execution-info").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("events")]
    [InlineData("logs")]
    public async Task Nothing_is_answered_to_a_reader_who_has_gone(string what)
    {
        var context = ContextOf("?vm=web");
        context.RequestAborted = new CancellationToken(canceled: true);

        await Assert.ThrowsAsync<TimeoutException>(() => EndpointOf(what, new TimeoutException())(context));

        Assert.Equal(0, context.Response.Body.Length);
    }

    private static DefaultHttpContext ContextOf(string query)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(query);
        context.Response.Body = new MemoryStream();
        context.Features.Set(new Requester("tester", WaitsByDefault: true) { Scope = "tester" });
        return context;
    }

    /// <summary>It gets no further than the fleet.</summary>
    private static Func<HttpContext, Task> EndpointOf(string what, Exception failure)
    {
        var router = new CommandRouter(
            new Dictionary<string, Route>(), "h1", new FailingFleet(failure), new ExpiredCommands(), TimeProvider.System, NullLogger<CommandRouter>.Instance);
        return what == "events"
            ? new EventsEndpoint(null!, router, null!, CancellationToken.None).HandleAsync
            : new LogsEndpoint(null!, null!, router, null!, CancellationToken.None).HandleAsync;
    }

    private sealed class FailingFleet(Exception failure) : IFleet
    {
        public Task<Reply>? TryRun(
            RequestEnvelope request, ReadOnlyMemory<byte> body, Requester requester, Func<Requester, Task<Reply>> here, CancellationToken stopping) => null;

        public Task<IConnectedClient?> TryOpenStreamAsync(
            string command, string vm, Func<string, JsonElement> options, Requester requester, CancellationToken cancellationToken) =>
            Task.FromException<IConnectedClient?>(failure);
    }
}
