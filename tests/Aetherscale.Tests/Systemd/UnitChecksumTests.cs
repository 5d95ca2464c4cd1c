using Aetherscale.Systemd;
using CsCheck;

namespace Aetherscale.Tests.Systemd;

public sealed class UnitChecksumTests
{
    private const string Sealed =
        "[Unit]\n# sha256: 7f0d4bd4d5cf9ac4df85a2a6c3c5c3e5f2e3fd9d5df4b0d5b9b0c6c1e0d2a9ee\n";

    [Fact]
    public void The_sum_is_sha256_of_the_text_before_it()
    {
        // printf '[Unit]\n' | sha256sum
        Assert.Equal(
            "[Unit]\n# sha256: ae6c63cff33bcfa3b6a2d6d0c9dd19521dedaa351146b1a642d2bfc9cf5a1e1f\n", UnitChecksum.Seal("[Unit]\n"));
        Assert.False(UnitChecksum.Matches(Sealed));
    }

    [Fact]
    public void A_text_matches_until_any_character_of_it_changes() =>
        Gen.Select(Gen.String[Gen.Char["[]=#abc\n\\ é"], 0, 60], Gen.Int[0, 1000]).Sample((lines, place) =>
        {
            var text = UnitChecksum.Seal(lines + "\n");
            Assert.True(UnitChecksum.Matches(text));

            var at = place % text.Length;
            Assert.False(UnitChecksum.Matches(text[..at] + (text[at] == 'x' ? 'y' : 'x') + text[(at + 1)..]));
            Assert.False(UnitChecksum.Matches(text[..at]));
            Assert.False(UnitChecksum.Matches(text + "\n"));
        });

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("# sha256: \n")]
    public void Short_texts_do_not_match(string text) => Assert.False(UnitChecksum.Matches(text));
}
