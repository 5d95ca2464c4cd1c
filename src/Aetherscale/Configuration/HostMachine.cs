using System.Globalization;
using Aetherscale.Contract;

namespace Aetherscale.Configuration;

/// <summary>The machine that the daemon is on, as the defaults of settings see it.</summary>
internal static class HostMachine
{
    /// <summary>The machine's name, with hyphens for what a host's name cannot hold.</summary>
    public static string Name { get; } = NameOf(Environment.MachineName);

    /// <summary>How many processors it has.</summary>
    public static int Cpus => Environment.ProcessorCount;

    /// <summary>MiB of its memory.</summary>
    public static int MemoryMib { get; } = MemoryIn(File.ReadLines("/proc/meminfo"));

    /// <summary>A name for a machine that is called so.</summary>
    public static string NameOf(string machine)
    {
        var name = string.Concat(machine.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.' ? letter : '-')).TrimStart('-', '.');
        name = name.Length > 63 ? name[..63] : name;
        return HostWord.IsName(name) ? name : "localhost";
    }

    /// <summary>Of the lines of /proc/meminfo (proc_meminfo(5)), what the first of them says.</summary>
    public static int MemoryIn(IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith("MemTotal:", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..]
            && long.TryParse(kibibytes, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (int)Math.Min(number / 1024, int.MaxValue)
            : 1;
}
