using System.Text;

namespace Aetherscale.Systemd.Journal;

/// <summary>
/// What a unit wrote to the journal, and what the manager wrote about it. To be used by one thread at a time. Empty where
/// this user cannot read the journal.
/// </summary>
internal sealed class UnitJournal : IDisposable
{
    private readonly nint _journal;
    private readonly bool _isOpen;

    public UnitJournal(string unit, SystemdScope scope)
    {
        _isOpen = SdJournal.Open(out _journal, SdJournal.LocalOnly) >= 0;
        if (_isOpen)
        {
            var isSystem = scope == SystemdScope.System;
            AddMatch($"{(isSystem ? "_SYSTEMD_UNIT" : "_SYSTEMD_USER_UNIT")}={unit}");
            _ = SdJournal.AddDisjunction(_journal);
            AddMatch($"{(isSystem ? "UNIT" : "USER_UNIT")}={unit}");
            if (isSystem)
            {
                // Every user of the machine may write entries with that field.
                AddMatch("_UID=0");
            }
        }
    }

    /// <summary>The last entries that are not older than the given time, oldest first. What follows is read by <see cref="ReadNext"/>.</summary>
    public IReadOnlyList<JournalLine> ReadLast(int count, DateTimeOffset since)
    {
        var lines = new List<JournalLine>();
        if (!_isOpen || SdJournal.SeekTail(_journal) < 0)
        {
            return lines;
        }

        var steps = 0;
        while (steps < count && SdJournal.Previous(_journal) > 0)
        {
            steps++;
            var line = Current();
            if (line.Time < since)
            {
                break;
            }

            lines.Add(line);
        }

        // Back to the end, from where it goes on.
        for (; steps > 1; steps--)
        {
            _ = SdJournal.Next(_journal);
        }

        lines.Reverse();
        return lines;
    }

    /// <summary>The entries that have come since the last look.</summary>
    public IReadOnlyList<JournalLine> ReadNext()
    {
        var lines = new List<JournalLine>();
        while (_isOpen && SdJournal.Next(_journal) > 0)
        {
            lines.Add(Current());
        }

        return lines;
    }

    /// <summary>Waits until something is added to the journal, or the time is over; the first time it only begins to watch.</summary>
    /// <returns>False when there is nothing to wait for: the journal cannot be read.</returns>
    public bool Wait(TimeSpan atMost) => _isOpen && SdJournal.Wait(_journal, (ulong)atMost.TotalMicroseconds) >= 0;

    public void Dispose()
    {
        if (_isOpen)
        {
            SdJournal.Close(_journal);
        }
    }

    private JournalLine Current()
    {
        _ = SdJournal.GetRealtime(_journal, out var microseconds);
        return new JournalLine(
            DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds),
            Value("SYSLOG_IDENTIFIER") ?? Value("_COMM") ?? "",
            Value("MESSAGE") ?? "",
            Value("JOB_TYPE"));
    }

    private unsafe void AddMatch(string match)
    {
        var bytes = Encoding.UTF8.GetBytes(match);
        fixed (byte* start = bytes)
        {
            _ = SdJournal.AddMatch(_journal, start, (nuint)bytes.Length);
        }
    }

    private unsafe string? Value(string field) => SdJournal.GetData(_journal, field, out var data, out var size) < 0
        ? null
        : Encoding.UTF8.GetString(new ReadOnlySpan<byte>(data, (int)size)[(field.Length + 1)..]);
}
