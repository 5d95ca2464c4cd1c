using System.Text;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.VirtualMachines;
using Microsoft.Extensions.Logging;

namespace Aetherscale.Tests.Commands;

public sealed class CommandRouterTests
{
    private readonly Memory _log = new();

    [Fact]
    public void What_caused_a_refusal_is_logged_for_those_who_debug_and_never_sent()
    {
        var cause = new IOException("the cause");
        var router = new CommandRouter(new Dictionary<string, Route>(), "host", _log);

        var reply = router.Refuse(
            new AetherscaleException(ErrorCodes.VmBroken, "The reason.", cause), null, new Requester("tester", WaitsByDefault: true) { Scope = "tester" });

        Assert.Equal("The reason.", reply.ExecutionInfo.Reason);
        Assert.Equal([(LogLevel.Information, null), (LogLevel.Debug, cause)], _log.Entries);
    }

    [Fact]
    public async Task A_command_has_begun_before_its_sender_goes_on_to_the_next()
    {
        var locks = new VmLocks();
        var order = new List<string>();
        Assert.True(VmId.TryParse("wiuakczz", out var id));
        var held = await locks.AcquireAsync(id, CancellationToken.None);
        var router = new CommandRouter(
            new Dictionary<string, Route>
            {
                ["get-in-line"] = async (request, _, cancellationToken) =>
                {
                    using var turn = await locks.AcquireAsync(id, cancellationToken);
                    order.Add(request.RequestId!);
                    return writer => writer.WriteNullValue();
                },
            },
            "host",
            _log);

        var runs = Enumerable.Range(0, 50).Select(number => router.RunAsync(
            Encoding.UTF8.GetBytes($$"""{"command": "get-in-line", "request-id": "{{number}}"}"""),
            new Requester("tester", WaitsByDefault: false) { Scope = "tester" },
            CancellationToken.None)).ToList();
        held.Dispose();
        await Task.WhenAll(runs);

        Assert.Equal(Enumerable.Range(0, 50).Select(number => $"{number}"), order);
    }

    [Theory]
    [InlineData("from-door", null, "from-door")]
    [InlineData("from-door", "from-body", "from-body")]
    [InlineData("not one", null, null)]
    public async Task The_doors_request_id_counts_unless_the_body_has_one(string door, string? body, string? expected)
    {
        var router = new CommandRouter(
            new Dictionary<string, Route> { ["do"] = (_, _, _) => Task.FromResult<Action<Utf8JsonWriter>>(writer => writer.WriteNullValue()) }, "host", _log);
        var id = body is null ? "" : $$""", "request-id": "{{body}}" """;

        var reply = await router.RunAsync(
            Encoding.UTF8.GetBytes($$"""{"command": "do"{{id}}}"""),
            new Requester("tester", WaitsByDefault: false) { Scope = "tester", RequestId = door },
            CancellationToken.None);

        Assert.Equal(expected, reply.ExecutionInfo.RequestId);
    }

    private sealed class Memory : ILogger<CommandRouter>
    {
        public List<(LogLevel Level, Exception? Error)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((logLevel, exception));
    }
}
