using System.Globalization;

namespace Aetherscale.VirtualMachines.History;

/// <summary>The time, and since when the host runs.</summary>
internal sealed class HostClock(TimeProvider time)
{
    // USER_HZ (times(2)), the same everywhere since Linux 2.6.
    private const double TicksPerSecond = 100;

    // proc(5): the 22nd field; the 2nd, the name in parentheses, may hold blanks.
    private const int StartTimeAfterName = 19;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>When the host, or the container that the daemon takes for it, was booted: when its first process was started.</summary>
    public DateTimeOffset HostBoot { get; } = time.GetUtcNow() - Running();

    private static TimeSpan Running()
    {
        try
        {
            var stat = File.ReadAllText("/proc/1/stat");
            var started = Number(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartTimeAfterName]) / TicksPerSecond;
            return TimeSpan.FromSeconds(Number(File.ReadAllText("/proc/uptime").Split(' ')[0]) - started);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return TimeSpan.FromMilliseconds(Environment.TickCount64);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
