namespace Aetherscale.Tests;

/// <summary>
/// Whole-text comparison with a file beside the test. AETHERSCALE_REWRITE_GOLDEN=1 rewrites the files instead.
/// </summary>
internal static class Golden
{
    /// <param name="file">Relative to the test project, such as <c>Qemu/plain.argv</c>.</param>
    /// <param name="text">What came out.</param>
    public static void Matches(string file, string text)
    {
        var path = Path.Join(RepositoryRoot.Path, "tests/Aetherscale.Tests", file);
        if (Environment.GetEnvironmentVariable("AETHERSCALE_REWRITE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }

    public static void Matches(string file, IEnumerable<string> lines) => Matches(file, string.Join('\n', lines) + "\n");
}
