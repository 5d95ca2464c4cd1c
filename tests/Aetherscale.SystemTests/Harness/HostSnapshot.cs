using Aetherscale.Files;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// All that a daemon could have left behind, as lines that can be compared: its state folder, the user's units, and what
/// systemd knows of them. Exact only while no other test makes units.
/// </summary>
internal static class HostSnapshot
{
    public static async Task<IReadOnlyList<string>> TakeAsync(TestHost host)
    {
        var units = await Systemctl.RunAsync("list-units", "aetherscale-*", "--all", "--plain", "--no-legend");
        return
        [
            .. Tree(host.Data).Where(line => !line.StartsWith($"{host.Data}/lock ", StringComparison.Ordinal)),
            .. Tree(TestEnvironment.UnitFolder),
            .. units.Succeeded().Output.Split('\n'),
        ];
    }

    private static IEnumerable<string> Tree(string folder) =>
        Directory.EnumerateFileSystemEntries(
            folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        .Order(StringComparer.Ordinal)
        .Select(Line);

    private static string Line(string path)
    {
        var status = FileStatus.Of(path)!.Value;

        // A file's change time also tells of a mode, a link or a content that was changed and changed back.
        return $"{path} {status.Kind} {status.Permissions} " + status.Kind switch
        {
            FileKind.Regular => $"{status.Size} {status.Inode} {status.ChangeTime}",
            FileKind.SymbolicLink => new FileInfo(path).LinkTarget,
            _ => "",
        };
    }
}
