using System.Globalization;
using System.Text;

namespace Aetherscale.Systemd.Journal;

/// <summary>Reads what a run of a unit has written to the journal: a program's own words about why it failed.</summary>
internal sealed class JournalReader(SystemdScope scope, TimeProvider time)
{
    private const string InvocationField = "_SYSTEMD_INVOCATION_ID";

    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);

    // A program's last lines reach journald together, if not in one piece.
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The last messages of one run of a unit, oldest first. journald lags behind: the first message is waited for.
    /// Empty when none came, or when this user cannot read the journal.
    /// </summary>
    /// <param name="unit">The unit's name.</param>
    /// <param name="run">The run: its invocation id, and its main process.</param>
    /// <param name="count">At most so many messages.</param>
    /// <param name="patience">How long to wait for the first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<string>> ReadLastAsync(
        string unit, UnitProperties run, int count, TimeSpan patience, CancellationToken cancellationToken) =>
        Task.Run<IReadOnlyList<string>>(() => ReadLast(unit, run, count, patience, cancellationToken), cancellationToken);

    private List<string> ReadLast(
        string unit, UnitProperties run, int count, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (SdJournal.Open(out var journal, SdJournal.LocalOnly) < 0)
        {
            return [];
        }

        try
        {
            return AddMatches(journal, unit, run) ? WaitAndRead(journal, run, count, patience, cancellationToken) : [];
        }
        finally
        {
            SdJournal.Close(journal);
        }
    }

    private List<string> WaitAndRead(
        nint journal, UnitProperties run, int count, TimeSpan patience, CancellationToken cancellationToken)
    {
        // The first wait only begins to watch, and returns at once.
        Wait(journal, TimeSpan.Zero);
        var started = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var messages = Last(journal, run, count);
            if (messages.Count > 0)
            {
                Wait(journal, s_quiet);
                return Last(journal, run, count);
            }

            if (time.GetElapsedTime(started) >= patience || Wait(journal, s_slice) < 0)
            {
                return messages;
            }
        }
    }

    private static int Wait(nint journal, TimeSpan atMost) => SdJournal.Wait(journal, (ulong)atMost.TotalMicroseconds);

    // When a process is gone before journald looks at its cgroup, its lines carry neither unit nor run: only its number.
    private bool AddMatches(nint journal, string unit, UnitProperties run) =>
        AddMatch(journal, $"{(scope == SystemdScope.System ? "_SYSTEMD_UNIT" : "_SYSTEMD_USER_UNIT")}={unit}")
        && AddMatch(journal, $"{InvocationField}={run.InvocationId}")
        && SdJournal.AddDisjunction(journal) >= 0
        && AddMatch(journal, string.Create(CultureInfo.InvariantCulture, $"_PID={run.ExecMainPid}"));

    private static unsafe bool AddMatch(nint journal, string match)
    {
        var bytes = Encoding.UTF8.GetBytes(match);
        fixed (byte* start = bytes)
        {
            return SdJournal.AddMatch(journal, start, (nuint)bytes.Length) >= 0;
        }
    }

    private static List<string> Last(nint journal, UnitProperties run, int count)
    {
        var messages = new List<string>();
        if (SdJournal.SeekTail(journal) < 0)
        {
            return messages;
        }

        while (messages.Count < count && SdJournal.Previous(journal) > 0)
        {
            if (IsOf(run, journal) && Value(journal, "MESSAGE") is { } message)
            {
                messages.Add(message);
            }
        }

        messages.Reverse();
        return messages;
    }

    /// <summary>Process numbers are used again: an entry without a run is ours only if it is not older than the process.</summary>
    private static bool IsOf(UnitProperties run, nint journal) =>
        Value(journal, InvocationField) is { } invocation
            ? invocation == run.InvocationId
            : run.ExecMainStartTimestamp is { } start
                && SdJournal.GetRealtime(journal, out var microseconds) >= 0
                && DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds) >= start;

    private static unsafe string? Value(nint journal, string field) =>
        SdJournal.GetData(journal, field, out var data, out var size) < 0
            ? null
            : Encoding.UTF8.GetString(new ReadOnlySpan<byte>(data, (int)size)[(field.Length + 1)..]);
}
