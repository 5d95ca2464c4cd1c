using System.Security.Cryptography;
using Aetherscale.VirtualMachines;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class ConsoleLogsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly VmFolder _files;
    private readonly ConsoleLogs _logs = new(null!, null!, TimeProvider.System, NullLogger<ConsoleLogs>.Instance);

    public ConsoleLogsTests()
    {
        _files = new VmFolder(_folder["abcdefgh"]);
        Directory.CreateDirectory(_files.FolderPath);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_log_past_its_bound_is_kept_whole_and_begun_anew()
    {
        var printed = RandomNumberGenerator.GetBytes((int)ConsoleLogs.Bound + 1);
        File.WriteAllBytes(_files.ConsoleLog, printed);

        Trim();

        Assert.Empty(File.ReadAllBytes(_files.ConsoleLog));
        Assert.Equal(printed, File.ReadAllBytes(_files.ConsoleLog + ".1"));
    }

    /// <summary>The file is the VM's user's: a QEMU that was broken into must not have the daemon fill the disk in its place.</summary>
    [Fact]
    public void Of_a_log_that_is_a_terabyte_of_nothing_the_end_is_kept()
    {
        using (var log = File.OpenHandle(_files.ConsoleLog, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(log, "the end"u8, 1L << 40);
        }

        Trim();

        Assert.Empty(File.ReadAllBytes(_files.ConsoleLog));
        var kept = File.ReadAllBytes(_files.ConsoleLog + ".1");
        Assert.Equal(ConsoleLogs.Bound, kept.Length);
        Assert.Equal("the end"u8, kept.AsSpan(kept.Length - 7));
    }

    private void Trim() => _logs.Trim(new Vm(VmId.TryParse("abcdefgh", out var id) ? id : default, _files, null, "none"));
}
