using System.Globalization;
using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Soak;

/// <summary>What a daemon without VMs holds, and what the host holds for it.</summary>
internal sealed partial record Gauge
{
    /// <summary>The heads of <see cref="Columns"/>.</summary>
    public const string Heads =
        " minute  commands     pid  RSS-MiB    fds  watches  threads  vm-units  units  files  requests  journal/cmd  log/cmd";

    public required double Minute { get; init; }

    /// <summary>Since the start.</summary>
    public required int Commands { get; init; }

    public required int Pid { get; init; }

    public required double MemoryMib { get; init; }

    public required int Descriptors { get; init; }

    /// <summary>inotify watches.</summary>
    public required int Watches { get; init; }

    public required int Threads { get; init; }

    /// <summary>VMs' units in systemd's memory.</summary>
    public required int VmUnits { get; init; }

    /// <summary>All units in systemd's memory.</summary>
    public required int Units { get; init; }

    /// <summary>
    /// In the state folder, the unit folder and the runtime folder, without <see cref="Requests"/>, and without the switch's sockets: a
    /// QEMU that is killed at the instant at which it plugs itself in leaves its end, and vde_switch loses a port when one leaves as another comes.
    /// </summary>
    public required int Files { get; init; }

    /// <summary>Notes of requests with an id, which are kept for a day.</summary>
    public required int Requests { get; init; }

    /// <summary>Entries of the user's journal for each command, since the gauge before.</summary>
    public required double JournalPerCommand { get; init; }

    /// <summary>Lines of the daemon's log for each command, since the gauge before.</summary>
    public required double LogPerCommand { get; init; }

    public string Columns => string.Create(
        CultureInfo.InvariantCulture,
        $"{Minute,7:0.0} {Commands,9} {Pid,7} {MemoryMib,8:0.0} {Descriptors,6} {Watches,8} {Threads,8} {VmUnits,9} {Units,6} {Files,6} {Requests,9} {JournalPerCommand,12:0.0} {LogPerCommand,8:0.0}");

    public static async Task<Gauge> ReadAsync(TestHost host, double minute, int commands, Traces before, Traces now)
    {
        var process = $"/proc/{host.DaemonPid}";
        var units = await Systemctl.LoadedUnitsAsync("*");
        var requests = $"{host.Data}/requests";
        var noted = Directory.Exists(requests) ? Directory.GetFiles(requests).Length : 0;
        var since = Math.Max(1, commands - before.Commands);
        return new Gauge
        {
            Minute = minute,
            Commands = commands,
            Pid = host.DaemonPid,
            MemoryMib = Status(process, "VmRSS") / 1024.0,
            Descriptors = Directory.GetFiles(process + "/fd").Length,
            Watches = Directory.GetFiles(process + "/fdinfo").Sum(file => Lines(file).Count(line => line.StartsWith("inotify ", StringComparison.Ordinal))),
            Threads = Status(process, "Threads"),
            VmUnits = units.Count(unit => unit.StartsWith("aetherscale-vm-", StringComparison.Ordinal)),
            Units = units.Count,
            Files = Entries(host.Data) + Entries(TestEnvironment.UnitFolder) + Entries($"{TestEnvironment.RuntimeDirectory}/aetherscale") - noted,
            Requests = noted,
            JournalPerCommand = (now.Journal - before.Journal) / (double)since,
            LogPerCommand = (now.Log - before.Log) / (double)since,
        };
    }

    private static int Entries(string folder) => Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Count(path => !PlugPattern().IsMatch(path));

    /// <summary>What libvdeplug calls its end, and vde_switch its own.</summary>
    [GeneratedRegex(@"/switch/ctl/(\.\d+-\d+|\d+\.\d+)$")]
    private static partial Regex PlugPattern();

    private static int Status(string process, string key) => int.Parse(
        Lines(process + "/status").First(line => line.StartsWith(key + ":", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>None of a descriptor that has just been closed.</summary>
    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }
}

/// <summary>What only ever grows, at some instant.</summary>
/// <param name="Commands">Commands given so far.</param>
/// <param name="Journal">Entries of the user's journal since the start.</param>
/// <param name="Log">Lines of the daemon's log.</param>
internal sealed record Traces(int Commands, int Journal, int Log)
{
    public static async Task<Traces> ReadAsync(TestHost host, DateTimeOffset start, int commands)
    {
        var entries = await Tool.RunAsync(
            "/usr/bin/journalctl", "--user", "--quiet", "--output=cat", "--output-fields=_PID", $"--since=@{start.ToUnixTimeSeconds()}");
        return new Traces(commands, entries.Succeeded().Output.Count(letter => letter == '\n'), host.Count("\n"));
    }
}
