using System.Text;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;
using Aetherscale.VirtualMachines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Commands;

public sealed class CommandRouterTests
{
    private readonly Memory _log = new();

    [Fact]
    public void What_caused_a_refusal_is_logged_for_those_who_debug_and_never_sent()
    {
        var cause = new IOException("the cause");
        var router = RouterTo([]);

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
        var router = RouterTo(
            new Dictionary<string, Route>
            {
                ["get-in-line"] = async (request, _, cancellationToken) =>
                {
                    using var turn = await locks.AcquireAsync(id, cancellationToken);
                    order.Add(request.RequestId!);
                    return writer => writer.WriteNullValue();
                },
            });

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
        var router = RouterTo(
            new Dictionary<string, Route> { ["do"] = (_, _, _) => Task.FromResult<Action<Utf8JsonWriter>>(writer => writer.WriteNullValue()) });
        var id = body is null ? "" : $$""", "request-id": "{{body}}" """;

        var reply = await router.RunAsync(
            Encoding.UTF8.GetBytes($$"""{"command": "do"{{id}}}"""),
            new Requester("tester", WaitsByDefault: false) { Scope = "tester", RequestId = door },
            CancellationToken.None);

        Assert.Equal(expected, reply.ExecutionInfo.RequestId);
    }

    [Fact]
    public async Task A_command_that_comes_after_its_deadline_is_dropped_and_counted()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-11-29T12:00:00Z"));
        var counts = new ExpiredCommands();
        var done = 0;
        var router = new CommandRouter(
            new Dictionary<string, Route>
            {
                ["do"] = (_, _, _) =>
                {
                    done++;
                    return Task.FromResult<Action<Utf8JsonWriter>>(writer => writer.WriteNullValue());
                },
            },
            "host",
            null,
            counts,
            time,
            _log);

        foreach (var (deadline, code) in new[] { ("2026-11-29T11:59:59Z", "deadline-passed"), ("2026-11-29T12:00:01Z", null) })
        {
            var reply = await router.RunAsync(
                Encoding.UTF8.GetBytes($$"""{"command": "do", "deadline": "{{deadline}}"}"""),
                new Requester("tester", WaitsByDefault: false) { Scope = "tester" },
                CancellationToken.None);
            Assert.Equal(code, reply.ExecutionInfo.Code);
        }

        Assert.Equal((1, 1), (done, counts.Total));
    }

    private CommandRouter RouterTo(Dictionary<string, Route> routes) => new(routes, "host", null, new ExpiredCommands(), TimeProvider.System, _log);

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
