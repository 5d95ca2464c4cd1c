using Aetherscale.Systemd.Journal;
using Microsoft.Extensions.Logging;

namespace Aetherscale.Tests.Systemd.Journal;

public sealed class JournalLoggerTests
{
    [Fact]
    public void A_message_carries_its_values_as_fields()
    {
        KeyValuePair<string, object?>[] state =
            [new("VmId", "abcdefgh"), new("Cause", null), new("{OriginalFormat}", "VM {VmId} started")];

        var entry = JournalLogger.Entry(
            "Aetherscale.Commands.StartVm", LogLevel.Warning, new EventId(1, "LogStarted"), state, null, "VM abcdefgh\nstarted");

        Assert.Equal(
            ["MESSAGE=VM abcdefgh\nstarted", "PRIORITY=4", "SYSLOG_IDENTIFIER=aetherscale", "LOGGER=Aetherscale.Commands.StartVm",
                "EVENT=LogStarted", "AETHERSCALE_VM_ID=abcdefgh", "AETHERSCALE_CAUSE="],
            entry.Fields);
    }

    [Fact]
    public void An_exception_follows_the_message()
    {
        var entry = JournalLogger.Entry("C", LogLevel.Critical, default, "text", new IOException("disk gone"), "It failed.");

        Assert.Equal("MESSAGE=It failed.\nSystem.IO.IOException: disk gone", entry.Fields[0]);
        Assert.Equal("PRIORITY=2", entry.Fields[1]);
        Assert.Equal(4, entry.Fields.Count);
    }

    [Theory]
    [InlineData("vmId", "AETHERSCALE_VM_ID")]
    [InlineData("QMPPath", "AETHERSCALE_QMPPATH")]
    [InlineData("0 odd=\nkéy", "AETHERSCALE_0_ODD__K_Y")]
    public void A_key_becomes_a_name_that_journald_takes(string key, string name) =>
        Assert.Equal(name, JournalEntry.FieldName(key));

    [Fact]
    public void A_long_key_is_cut_to_what_journald_takes() =>
        Assert.Equal(64, JournalEntry.FieldName(string.Concat(Enumerable.Repeat("aB", 60))).Length);

    [Fact]
    public void The_journals_stream_is_known_by_device_and_inode()
    {
        using var file = File.OpenHandle("/dev/null");

        Assert.False(JournalLoggerProvider.IsStream(file, null));
        Assert.False(JournalLoggerProvider.IsStream(file, "1:2"));
    }
}
