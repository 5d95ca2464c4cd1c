using System.Text;

namespace Aetherscale.Systemd.Journal;

/// <summary>Reads what a run of a unit has written to the journal: a program's own words about why it failed.</summary>
internal sealed class JournalReader(TimeProvider time)
{
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);

    // A program's last lines reach journald together, if not in one piece.
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The last messages of one run of a user's unit, oldest first. journald lags behind: the first message is waited for.
    /// Empty when none came, or when this user cannot read the journal.
    /// </summary>
    /// <param name="unit">The unit's name.</param>
    /// <param name="invocationId">The run (<see cref="UnitProperties.InvocationId"/>).</param>
    /// <param name="count">At most so many messages.</param>
    /// <param name="patience">How long to wait for the first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<string>> ReadLastAsync(
        string unit, string invocationId, int count, TimeSpan patience, CancellationToken cancellationToken) =>
        Task.Run<IReadOnlyList<string>>(
            () => ReadLast(unit, invocationId, count, patience, cancellationToken), cancellationToken);

    private List<string> ReadLast(
        string unit, string invocationId, int count, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (SdJournal.Open(out var journal, SdJournal.LocalOnly) < 0)
        {
            return [];
        }

        try
        {
            return AddMatch(journal, $"_SYSTEMD_USER_UNIT={unit}") && AddMatch(journal, $"_SYSTEMD_INVOCATION_ID={invocationId}")
                ? WaitAndRead(journal, count, patience, cancellationToken)
                : [];
        }
        finally
        {
            SdJournal.Close(journal);
        }
    }

    private List<string> WaitAndRead(nint journal, int count, TimeSpan patience, CancellationToken cancellationToken)
    {
        // The first wait only begins to watch, and returns at once.
        Wait(journal, TimeSpan.Zero);
        var started = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var messages = Last(journal, count);
            if (messages.Count > 0)
            {
                Wait(journal, s_quiet);
                return Last(journal, count);
            }

            if (time.GetElapsedTime(started) >= patience || Wait(journal, s_slice) < 0)
            {
                return messages;
            }
        }
    }

    private static int Wait(nint journal, TimeSpan atMost) => SdJournal.Wait(journal, (ulong)atMost.TotalMicroseconds);

    private static unsafe bool AddMatch(nint journal, string match)
    {
        var bytes = Encoding.UTF8.GetBytes(match);
        fixed (byte* start = bytes)
        {
            return SdJournal.AddMatch(journal, start, (nuint)bytes.Length) >= 0;
        }
    }

    private static List<string> Last(nint journal, int count)
    {
        var messages = new List<string>();
        if (SdJournal.SeekTail(journal) < 0)
        {
            return messages;
        }

        while (messages.Count < count && SdJournal.Previous(journal) > 0)
        {
            if (Message(journal) is { } message)
            {
                messages.Add(message);
            }
        }

        messages.Reverse();
        return messages;
    }

    private static unsafe string? Message(nint journal)
    {
        const string Field = "MESSAGE";
        return SdJournal.GetData(journal, Field, out var data, out var size) < 0
            ? null
            : Encoding.UTF8.GetString(new ReadOnlySpan<byte>(data, (int)size)[(Field.Length + 1)..]);
    }
}
