using Aetherscale.Fuzz;

namespace Aetherscale.Tests;

/// <summary>What the coverage-guided runs (eng/fuzz.sh) found to take new ways, fed again.</summary>
public sealed class CorpusTests
{
    [Theory]
    [InlineData("qcow2")]
    [InlineData("envelope")]
    public void Nothing_in_the_corpus_brings_about_what_must_not_be(string target)
    {
        var files = Directory.GetFiles($"{RepositoryRoot.Path}/tests/Aetherscale.Fuzz/corpus/{target}");

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var bytes = File.ReadAllBytes(file);
            Fuzzing.Bounded(bytes.Length, () => Targets.All[target](bytes));
        });
    }
}
