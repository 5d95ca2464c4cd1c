using System.Text.RegularExpressions;

namespace Aetherscale.Tests.Files;

/// <summary>
/// What lies below the state folder is opened by openat2(2), through <c>Files</c>: nothing else in the daemon opens a file by its path,
/// but for these, which lie elsewhere.
/// </summary>
public sealed partial class OpeningTests
{
    private static readonly Dictionary<string, string> s_elsewhere = new()
    {
        ["Api/ApiSocket.cs"] = "/run/aetherscale: its own socket",
        ["Commands/Askers.cs"] = "/proc",
        ["Commands/Checkups/SandboxCheckup.cs"] = "/proc",
        ["Configuration/HostMachine.cs"] = "/proc: the machine's memory",
        ["Configuration/SettingsFile.cs"] = "/etc/aetherscale, ~/.config/aetherscale",
        ["Images/Catalogue/CatalogueFile.cs"] = "/etc/aetherscale, ~/.config/aetherscale",
        ["Qemu/AcceleratorProbe.cs"] = "/proc",
        ["Systemd/CgroupGrace.cs"] = "/proc, /sys",
        ["VirtualMachines/History/HostClock.cs"] = "/proc",
        ["VirtualMachines/ProcessSandbox.cs"] = "/proc",
        ["VirtualMachines/VmDraft.cs"] = "/usr/share: the firmware's variables",
    };

    private static string Daemon { get; } = Path.Combine(RepositoryRoot.Path, "src", "Aetherscale");

    [Fact]
    public void Files_alone_opens_what_lies_below_the_state_folder()
    {
        var opening = Directory.EnumerateFiles(Daemon, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Daemon, path))
            .Where(path => !path.StartsWith("Files/", StringComparison.Ordinal) && !path.StartsWith("obj/", StringComparison.Ordinal))
            .Where(path => OpeningPattern().IsMatch(File.ReadAllText(Path.Combine(Daemon, path))));

        Assert.Equal(s_elsewhere.Keys.Order(StringComparer.Ordinal), opening.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\bFile\.(Open\w*|Create|CreateText|ReadAll\w*|ReadLines\w*|WriteAll\w*|Append\w*|Copy)\(|FileStreamOptions|\bLibc\.Open\(|File\.SetUnixFileMode\(path|new Stream(Reader|Writer)\(\$?""|new FileStream\((?!\s*Beneath)")]
    private static partial Regex OpeningPattern();
}
