using Aetherscale.Contract;
using Aetherscale.Images.Imports;

namespace Aetherscale.Tests.Images;

public sealed class ChecksumTests
{
    private static readonly string s_sha256 = new('a', 64);
    private static readonly string s_sha512 = new('B', 128);

    [Theory]
    [InlineData("{256}  i.img", "sha256:{256}")]
    [InlineData("{256} *i.img", "sha256:{256}")]
    [InlineData("{512}  ./i.img\r", "sha512:{512}")]
    [InlineData("SHA256 (i.img) = {256}", "sha256:{256}")]
    [InlineData("# comment\n\n{256}  other\n{512}  i.img\n", "sha512:{512}")]
    [InlineData("{256}  i.img.xz", null)]
    [InlineData("{256}  a/i.img", null)]
    [InlineData("abc  i.img", null)]
    [InlineData("<html>i.img</html>", null)]
    [InlineData("", null)]
    public void A_files_checksum_is_found_in_a_list(string list, string? checksum) =>
        Assert.Equal(Fill(checksum), ChecksumList.Find(Fill(list)!, "i.img"));

    [Theory]
    [InlineData("sha256:{256}", "sha256:{256}")]
    [InlineData("{256}", "sha256:{256}")]
    [InlineData("{512}", "sha512:{512}")]
    [InlineData("sha512:{512}", "sha512:{512}")]
    [InlineData("sha256:{512}", null)]
    [InlineData("sha512:{256}", null)]
    [InlineData("md5:{256}", null)]
    [InlineData("sha256:{256}\n", null)]
    [InlineData("sha256:", null)]
    [InlineData("", null)]
    public void A_checksum_is_read_or_refused(string text, string? checksum) =>
        Assert.Equal(Fill(checksum)?.ToLowerInvariant(), Checksum.TryParse(Fill(text)!, out var found) ? found!.ToString() : null);

    private static string? Fill(string? text) =>
        text?.Replace("{256}", s_sha256, StringComparison.Ordinal).Replace("{512}", s_sha512, StringComparison.Ordinal);
}
