using System.Runtime.CompilerServices;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Journal;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary>
/// <c>logs-vm --follow</c>: the lines that there are and those that come, until the VM is deleted. Files and journal are looked at at
/// short intervals: a watch on a VM's folder would report each write of the guest to its disk.
/// </summary>
internal sealed class FollowLogs(VmHistory history, SystemdScope scope, TimeProvider time)
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(200);

    public IAsyncEnumerable<StreamFrame> FramesAsync(LogQuery query, CancellationToken cancellationToken) =>
        query.Console ? ConsoleAsync(query, cancellationToken) : LogAsync(query, cancellationToken);

    private async IAsyncEnumerable<StreamFrame> ConsoleAsync(LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var listener = history.Feed.Listen(query.Vm.Id);
        var console = new ConsoleFollower(query.Vm.Folder);
        var text = console.ReadLast(query.Lines);
        using var timer = new PeriodicTimer(s_betweenLooks, time);
        do
        {
            if (text.Length > 0)
            {
                yield return StreamFrame.Of(new VmLogLine { Source = LogQuery.ConsoleSource, Text = text });
            }

            if (IsDeleted(Take(listener)))
            {
                break;
            }

            text = console.ReadNext();
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));

        yield return Gone(query.Vm);
    }

    private async IAsyncEnumerable<StreamFrame> LogAsync(LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var listener = history.Feed.Listen(query.Vm.Id);
        var events = await history.ReadAsync(query.Vm, query.Lines);
        using var journal = new UnitJournal(VmUnit.NameOf(query.Vm.Id), scope);
        journal.Wait(TimeSpan.Zero);
        var lines = UnitLog.Merge(journal.ReadLast(query.Lines, query.Since).Select(UnitLog.Of), events, query.Lines, query.Since);
        var told = events is [.., var last] ? last.Time : DateTimeOffset.MinValue;
        using var timer = new PeriodicTimer(s_betweenLooks, time);
        var isDeleted = false;
        do
        {
            foreach (var line in lines)
            {
                yield return StreamFrame.Of(line);
            }

            if (isDeleted)
            {
                break;
            }

            var news = Take(listener);
            isDeleted = IsDeleted(news);
            journal.Wait(TimeSpan.Zero);
            lines = UnitLog.Merge(
                journal.ReadNext().Select(UnitLog.Of), news.Where(what => what.Time > told), int.MaxValue, DateTimeOffset.MinValue);
        }
        while (isDeleted || await timer.WaitForNextTickAsync(cancellationToken));

        yield return Gone(query.Vm);
    }

    private static List<VmTransition> Take(Listener<VirtualMachines.History.VmEvent> listener)
    {
        var news = new List<VmTransition>();
        while (listener.Events.TryRead(out var happened))
        {
            news.Add(happened.Transition);
        }

        return news;
    }

    private static bool IsDeleted(List<VmTransition> news) => news.Exists(what => what.Event == TransitionKind.Deleted);

    private static StreamFrame Gone(Vm vm) => StreamFrame.End(StreamEnd.Deleted, $"VM \"{vm.DisplayName}\" was deleted");
}
