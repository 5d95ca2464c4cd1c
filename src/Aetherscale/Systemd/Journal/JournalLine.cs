namespace Aetherscale.Systemd.Journal;

/// <summary>One entry of the journal about a unit.</summary>
/// <param name="Time">When journald took it.</param>
/// <param name="Source">Who wrote it: a program's name (<c>SYSLOG_IDENTIFIER</c>), which is <c>systemd</c> for the manager.</param>
/// <param name="Text">The message, which may have several lines.</param>
/// <param name="JobType">The manager's messages about a job tell its type: <c>start</c>, <c>stop</c>, <c>restart</c>.</param>
internal sealed record JournalLine(DateTimeOffset Time, string Source, string Text, string? JobType);
