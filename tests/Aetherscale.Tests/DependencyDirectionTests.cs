using System.Text.RegularExpressions;

namespace Aetherscale.Tests;

/// <summary>The arrows between the daemon's folders point down only.</summary>
public sealed partial class DependencyDirectionTests
{
    /// <summary>Folder of the daemon → folders it may use. Error codes are everyone's; the other wire types are not.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Files"] = [],
        ["Processes"] = ["Files"],
        ["Configuration"] = ["Contract"],
        ["Requests"] = ["Files"],
        ["Images"] = ["Processes", "Files"],
        ["Qemu"] = ["Processes", "Files"],
        ["Systemd"] = ["Processes", "Files"],
        ["Networking"] = ["Processes", "Files"],
        ["VirtualMachines"] = ["Images", "Qemu", "Systemd", "Networking", "Processes", "Files"],
        ["Commands"] = ["VirtualMachines", "Requests", "Images", "Qemu", "Systemd", "Networking", "Processes", "Files", "Contract"],
        ["Api"] = ["Commands", "Files", "Contract"],
        ["Messaging"] = ["Commands", "Files", "Contract"],
    };

    private static string Daemon { get; } = Path.Combine(RepositoryRoot.Path, "src", "Aetherscale");

    [Fact]
    public void Folders_use_only_the_folders_below_them()
    {
        var violations =
            from folder in s_allowed.Keys
            from file in SourcesIn(folder)
            from Match use in UsingPattern().Matches(File.ReadAllText(file))
            let target = use.Groups[1].Value
            where target != folder && !s_allowed[folder].Contains(target)
            select $"{Path.GetRelativePath(Daemon, file)} uses {target}";

        Assert.Empty(violations);
    }

    [Fact]
    public void Every_folder_has_its_place()
    {
        var folders = Directory.GetDirectories(Daemon).Select(Path.GetFileName).Except(["bin", "obj"]);

        Assert.Equal(s_allowed.Keys.Order(), folders.Order());
    }

    [Fact]
    public void Namespaces_are_folders()
    {
        var violations =
            from folder in s_allowed.Keys
            from file in SourcesIn(folder)
            let expected = "namespace Aetherscale." + Path.GetRelativePath(Daemon, Path.GetDirectoryName(file)!).Replace('/', '.') + ";"
            where !File.ReadAllText(file).Contains(expected)
            select $"{Path.GetRelativePath(Daemon, file)} lacks \"{expected}\"";

        Assert.Empty(violations);
    }

    [Fact]
    public void The_client_uses_the_contract_and_nothing_else_of_ours()
    {
        var project = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "src", "Aetherscale.Cli", "Aetherscale.Cli.csproj"));

        var references = ReferencePattern().Matches(project).Select(match => match.Groups[1].Value);
        Assert.Equal(["../Aetherscale.Contract/Aetherscale.Contract.csproj"], references);
    }

    private static string[] SourcesIn(string folder) =>
        Directory.GetFiles(Path.Combine(Daemon, folder), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"^using Aetherscale\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingPattern();

    [GeneratedRegex(@"<ProjectReference Include=""([^""]+)""")]
    private static partial Regex ReferencePattern();
}
