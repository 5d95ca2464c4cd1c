using System.Text;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Tests.VirtualMachines.History;

public sealed class HistoryFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private VmFolder Vm => new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_tells_all_that_is_known_in_plain_JSON()
    {
        HistoryFile.Append(Vm, Whole());

        Assert.Equal(
            """
            {"time":"2026-01-31T12:00:00.123+00:00","event":"killed","status":"stopped","cause":"grace-over","text":"the guest was \"deaf\" — so what",
            "requester":{"command":"stop-vm","door":"socket","uid":1000,"pid":7,"client":"aetherscale-cli","request-id":"r-1"},
            "systemd":{"result":"exit-code","exec-main-code":"exited","exec-main-status":1,"restarts":2},
            "qmp-reason":"host-signal","run-id":"0123","while-away":true,"times":3,
            "bundle":{"folder":"/f","files":["unit.txt"],"missing":["screen.png: it has none"]}}

            """.ReplaceLineEndings("").Replace("\\\\", "\\") + "\n",
            File.ReadAllText(Vm.History));
    }

    [Fact]
    public void What_is_appended_is_read_back_in_order()
    {
        var first = Whole();
        var second = Whole() with { Event = TransitionKind.Started, Requester = null, Bundle = null };
        HistoryFile.Append(Vm, first);
        HistoryFile.Append(Vm, second);

        var read = HistoryFile.ReadLast(Vm, 10);

        Assert.Equal(second, read[1]);
        Assert.Equal(first with { Bundle = null }, read[0] with { Bundle = null });
        Assert.Equal(first.Bundle!.Missing, read[0].Bundle!.Missing);
        Assert.Equal([second], HistoryFile.ReadLast(Vm, 1));
    }

    [Fact]
    public void It_is_the_owners_alone()
    {
        HistoryFile.Append(Vm, Whole());

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Vm.History));
    }

    [Fact]
    public void A_line_that_a_power_cut_left_half_written_costs_no_other()
    {
        var transition = Whole() with { Bundle = null };
        HistoryFile.Append(Vm, transition);
        var whole = File.ReadAllBytes(Vm.History);
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Vm.History, [.. whole, .. whole[..length]]);

            HistoryFile.Append(Vm, transition);

            var read = HistoryFile.ReadLast(Vm, 10);
            Assert.InRange(read.Count, 2, 3);
            Assert.All(read, found => Assert.Equal(transition, found));
        }
    }

    [Fact]
    public void What_a_newer_daemon_wrote_is_read_as_far_as_it_is_known()
    {
        var transition = Whole() with { Bundle = null };
        HistoryFile.Append(Vm, transition);
        var text = File.ReadAllText(Vm.History);
        File.WriteAllText(
            Vm.History,
            text.Replace("{\"time\"", "{\"mood\":[1],\"time\"") + text.Replace("\"killed\"", "\"enlightened\"") + "null\n[]\n\n" + text);

        Assert.Equal([transition, transition], HistoryFile.ReadLast(Vm, 10));
    }

    [Fact]
    public void It_is_bounded_and_keeps_the_latest()
    {
        var transition = Whole() with { Bundle = null };
        for (var time = 0; time < 1000; time++)
        {
            HistoryFile.Append(Vm, transition with { Times = time });
        }

        Assert.InRange(new FileInfo(Vm.History).Length + new FileInfo(Vm.History + ".1").Length, HistoryFile.Bound, (2 * HistoryFile.Bound) + 2048);
        Assert.Equal(Enumerable.Range(850, 150), HistoryFile.ReadLast(Vm, 150).Select(found => found.Times!.Value));
    }

    [Fact]
    public void There_need_be_none()
    {
        Assert.Empty(HistoryFile.ReadLast(Vm, 10));
        Assert.Throws<IOException>(() => HistoryFile.Append(new VmFolder(_folder["gone"]), Whole()));
    }

    [Fact]
    public void What_only_looks_like_one_is_not_waited_for()
    {
        Directory.CreateDirectory(Vm.History);
        File.CreateSymbolicLink(Vm.History + ".1", "/dev/zero");

        Assert.Empty(HistoryFile.ReadLast(Vm, 10));
    }

    [Fact]
    public void A_file_that_somebody_made_huge_is_read_at_its_end()
    {
        HistoryFile.Append(Vm, Whole());
        var line = File.ReadAllBytes(Vm.History);
        using (var file = File.OpenWrite(Vm.History))
        {
            file.SetLength(1L << 32);
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes("\n"));
            file.Write(line);
        }

        Assert.Single(HistoryFile.ReadLast(Vm, 10));
    }

    private static VmTransition Whole() => new()
    {
        Time = new DateTimeOffset(2026, 1, 31, 12, 0, 0, 123, TimeSpan.Zero),
        Event = TransitionKind.Killed,
        Status = VmState.Stopped,
        Cause = TransitionCause.GraceOver,
        Text = "the guest was \"deaf\" — so what",
        Requester = new VmRequester { Command = "stop-vm", Door = "socket", Uid = 1000, Pid = 7, Client = "aetherscale-cli", RequestId = "r-1" },
        Systemd = SystemdEnd.Of(ServiceResult.ExitCode, new ServiceRun(1, 1, 1, 2)),
        QmpReason = "host-signal",
        RunId = "0123",
        WhileAway = true,
        Times = 3,
        Bundle = new CrashBundle("/f", ["unit.txt"], ["screen.png: it has none"]),
    };
}
