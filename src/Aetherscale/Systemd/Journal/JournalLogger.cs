namespace Aetherscale.Systemd.Journal;

/// <summary>One category's logger. Which levels are written is decided by the logging filters, not here.</summary>
internal sealed class JournalLogger(string category) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Entry(category, logLevel, eventId, state, exception, formatter(state, exception)).Send();
        }
    }

    /// <summary>What goes to the journal for one message.</summary>
    internal static JournalEntry Entry(
        string category, LogLevel level, EventId eventId, object? state, Exception? exception, string message)
    {
        var entry = new JournalEntry();
        entry.Add("MESSAGE", exception is null ? message : $"{message}\n{exception}");
        entry.Add("PRIORITY", Priority(level));
        entry.Add("SYSLOG_IDENTIFIER", "aetherscale");
        entry.Add("LOGGER", category);
        if (eventId.Name is { } name)
        {
            entry.Add("EVENT", name);
        }

        foreach (var (key, value) in state as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
        {
            if (key != "{OriginalFormat}")
            {
                entry.Add(JournalEntry.FieldName(key), value?.ToString() ?? "");
            }
        }

        return entry;
    }

    /// <summary>syslog(3) levels.</summary>
    private static string Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => "2",
        LogLevel.Error => "3",
        LogLevel.Warning => "4",
        LogLevel.Information => "6",
        _ => "7",
    };
}
