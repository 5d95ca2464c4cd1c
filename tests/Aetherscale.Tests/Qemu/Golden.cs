namespace Aetherscale.Tests.Qemu;

/// <summary>
/// Whole-text comparison with a file beside the test. AETHERSCALE_REWRITE_GOLDEN=1 rewrites the files instead.
/// </summary>
internal static class Golden
{
    public static void Matches(string file, IEnumerable<string> lines)
    {
        var path = Path.Join(Repository(), "tests/Aetherscale.Tests/Qemu", file);
        var text = string.Join('\n', lines) + "\n";
        if (Environment.GetEnvironmentVariable("AETHERSCALE_REWRITE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(folder, "Aetherscale.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("run from inside the clone");
        }

        return folder;
    }
}
