using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Journal;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary>What the journal and the history hold of a VM, as lines.</summary>
internal static class UnitLog
{
    /// <summary>The source of what happened to the VM.</summary>
    public const string Lifecycle = "aetherscale";

    public static IReadOnlyList<VmLogLine> ReadLast(VmId id, SystemdScope scope, int count, DateTimeOffset since)
    {
        using var journal = new UnitJournal(VmUnit.NameOf(id), scope);
        return [.. journal.ReadLast(count, since).Select(Of)];
    }

    public static VmLogLine Of(JournalLine line) => new() { Time = line.Time, Source = line.Source, Text = line.Text };

    public static VmLogLine Of(VmTransition what) => new()
    {
        Time = what.Time,
        Source = Lifecycle,
        Text = $"{KebabWord<TransitionKind>.Of(what.Event)}: {what.Text}{WhySentence.By(what.Requester)}",
    };

    /// <summary>Both in the order of time, the last so many.</summary>
    public static IReadOnlyList<VmLogLine> Merge(IEnumerable<VmLogLine> journal, IEnumerable<VmTransition> history, int count, DateTimeOffset since) =>
        [.. journal.Concat(history.Where(what => what.Time >= since).Select(Of)).OrderBy(line => line.Time).TakeLast(count)];
}
