using Aetherscale.Commands;
using Aetherscale.Contract;
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
            new AetherscaleException(ErrorCodes.VmBroken, "The reason.", cause), null, new Requester("tester", WaitsByDefault: true));

        Assert.Equal("The reason.", reply.ExecutionInfo.Reason);
        Assert.Equal([(LogLevel.Information, null), (LogLevel.Debug, cause)], _log.Entries);
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
