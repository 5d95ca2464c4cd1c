using Aetherscale.Configuration;

namespace Aetherscale.Tests.Configuration;

public sealed class ManualPageTests
{
    private const string File = "../../packaging/man/aetherscale.8";

    [Fact]
    public void The_daemons_manual_page_has_every_setting_with_its_description()
    {
        var page = System.IO.File.ReadAllText(Path.Join(RepositoryRoot.Path, "tests/Aetherscale.Tests", File));
        var heading = page.IndexOf(".SH SETTINGS\n", StringComparison.Ordinal);
        var begin = page.IndexOf('\n', page.IndexOf("\n.\\\" Up to", heading, StringComparison.Ordinal) + 1) + 1;
        var end = page.IndexOf(".SH ", begin, StringComparison.Ordinal);

        Golden.Matches(File, page[..begin] + string.Concat(SettingDefinitions.All.Select(Entry)) + page[end..]);
    }

    private static string Entry(SettingDefinition setting) =>
        $".TP\n.B {Plain(setting.Key)}\n{Plain(setting.Description)} Variable: {setting.Variable}.\n";

    private static string Plain(string text) => text.Replace("\\", "\\(rs").Replace("-", "\\-").Replace("\n.", "\n\\&.");
}
