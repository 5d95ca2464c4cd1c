using System.Globalization;
using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Systemd.Journal;

/// <summary>Logs to the journal with every value of a message as a field of its own: <c>journalctl AETHERSCALE_VM_ID=…</c>.</summary>
internal sealed class JournalLoggerProvider : ILoggerProvider
{
    private const int StandardError = 2;

    /// <summary>True when our standard error goes to the journal, so that whoever started us reads our log there.</summary>
    public static bool IsInUse
    {
        get
        {
            using var standardError = new SafeFileHandle(StandardError, ownsHandle: false);
            return IsStream(standardError, Environment.GetEnvironmentVariable("JOURNAL_STREAM"));
        }
    }

    public ILogger CreateLogger(string categoryName) => new JournalLogger(categoryName);

    public void Dispose()
    {
    }

    /// <summary>True when the file is the one that <c>$JOURNAL_STREAM</c> names (systemd.exec(5)): a child may have another.</summary>
    internal static bool IsStream(SafeFileHandle file, string? journalStream)
    {
        if (string.IsNullOrEmpty(journalStream)
            || Libc.Statx((int)file.DangerousGetHandle(), "", Libc.AtEmptyPath, Libc.StatxBasicStats, out var status) != 0)
        {
            return false;
        }

        var device = DeviceNumber(status.DeviceMajor, status.DeviceMinor);
        return journalStream == string.Create(CultureInfo.InvariantCulture, $"{device}:{status.Inode}");
    }

    /// <summary>makedev(3), as in <c>st_dev</c>.</summary>
    private static ulong DeviceNumber(ulong major, ulong minor) =>
        ((major & 0xfffff000) << 32) | ((major & 0xfff) << 8) | ((minor & 0xffffff00) << 12) | (minor & 0xff);
}
