using System.Text;
using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>What a guest printed on its serial console, as text. It may hold anything: whoever shows it must make it harmless.</summary>
internal static class ConsoleText
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>The last lines of the console log, with those of the piece before it where it is short; empty when there is none.</summary>
    public static IReadOnlyList<string> LastLines(VmFolder folder, int count)
    {
        var lines = Read(folder.ConsoleLog);
        if (lines.Count < count)
        {
            lines = [.. Read(folder.ConsoleLog + ".1"), .. lines];
        }

        return [.. lines.TakeLast(count)];
    }

    /// <summary>What a terminal shows of a line in which the guest went back to its beginning, as progress displays do.</summary>
    public static string Overwritten(string line) => line.Split('\r', StringSplitOptions.RemoveEmptyEntries) is [.., var last] ? last : "";

    private static List<string> Read(string path)
    {
        try
        {
            return [.. FileEnd.ReadLines(path, MaxBytes).Select(line => Overwritten(Encoding.UTF8.GetString(line.Span)))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
