using Aetherscale.Systemd.Journal;

namespace Aetherscale;

/// <summary>Where the daemon's log goes: to the journal with its fields when systemd started us, else to stderr.</summary>
internal static class DaemonLogging
{
    /// <param name="logging">The host's.</param>
    /// <param name="level">The least level that is written.</param>
    public static void Configure(ILoggingBuilder logging, LogLevel level)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(level);

        // ASP.NET's own reports of each request would say what our log says already.
        logging.AddFilter("Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning);
        if (JournalLoggerProvider.IsInUse)
        {
            logging.AddProvider(new JournalLoggerProvider());
        }
        else
        {
            logging.AddSimpleConsole(console => console.SingleLine = true);
            logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
                console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }
    }
}
