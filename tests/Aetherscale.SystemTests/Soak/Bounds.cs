namespace Aetherscale.SystemTests.Soak;

/// <summary>What may have grown between two gauges of one daemon.</summary>
internal static class Bounds
{
    /// <summary>The heap may be half full of garbage at one gauge and collected at the other.</summary>
    private const double MemoryMib = 12;

    private const int Descriptors = 4;

    /// <summary>The thread pool keeps some of its threads for a while, and takes more of them on a machine that has more to do than this.</summary>
    private const int Threads = 16;

    /// <summary>systemd says four lines of a start and a stop, dnsmasq two of a new name, QEMU one of its end.</summary>
    private const double TracesPerCommand = 15;

    public static IReadOnlyList<string> Exceeded(Gauge first, Gauge last)
    {
        var exceeded = new List<string>();
        void Check(string what, double grown, double bound)
        {
            if (grown > bound)
            {
                exceeded.Add($"{what}: {grown:0.0} more, at most {bound:0.0} may be");
            }
        }

        Check("MiB of memory", last.MemoryMib - first.MemoryMib, MemoryMib);
        Check("file descriptors", last.Descriptors - first.Descriptors, Descriptors);
        Check("inotify watches", last.Watches - first.Watches, 0);
        Check("threads", last.Threads - first.Threads, Threads);
        Check("units of VMs", last.VmUnits, 0);
        Check("units", last.Units - first.Units, 0);
        Check("files", last.Files - first.Files, 0);
        Check("notes of requests", last.Requests - first.Requests, last.Commands - first.Commands);
        Check("journal entries for each command", last.JournalPerCommand, TracesPerCommand);
        Check("log lines for each command", last.LogPerCommand, TracesPerCommand);
        return exceeded;
    }
}
