using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>A QEMU that runs a VM of one state folder, found by its command line.</summary>
internal sealed record QemuProcess(int Pid, string VmId)
{
    public static IReadOnlyList<QemuProcess> Of(TestHost host)
    {
        var disk = new Regex($"{Regex.Escape(host.Data)}/vms/([a-z]{{8}})/disk\\.qcow2");
        var found = new List<QemuProcess>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && disk.Match(CommandLine(folder)) is { Success: true } match)
            {
                found.Add(new QemuProcess(pid, match.Groups[1].Value));
            }
        }

        return found;
    }

    public async Task KillAsync() => await Tool.RunAsync("/bin/kill", "-KILL", $"{Pid}");

    /// <summary>Empty when it is another user's, or gone.</summary>
    private static string CommandLine(string folder)
    {
        try
        {
            var line = File.ReadAllText(folder + "/cmdline");
            return line.Contains("qemu", StringComparison.Ordinal) ? line : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
