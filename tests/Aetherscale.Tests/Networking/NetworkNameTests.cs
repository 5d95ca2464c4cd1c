using Aetherscale.Networking;
using CsCheck;

namespace Aetherscale.Tests.Networking;

public sealed class NetworkNameTests
{
    [Theory]
    [InlineData("default")]
    [InlineData("a")]
    [InlineData("lab-2")]
    [InlineData("fifteen-letters")]
    public void A_plain_name_is_taken_as_it_is(string text)
    {
        Assert.True(NetworkName.TryParse(text, out var name));
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sixteen-letters-")]
    [InlineData("Default")]
    [InlineData("2lab")]
    [InlineData("-lab")]
    [InlineData("lab\n")]
    [InlineData("lab\0")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("a%n")]
    [InlineData("a b")]
    [InlineData("é")]
    public void Anything_else_is_refused(string? text) => Assert.False(NetworkName.TryParse(text, out _));

    [Fact]
    public void No_name_can_be_anything_to_a_path_a_unit_or_a_filter() => Gen.String.Sample(
        text => Assert.Equal(text.Length is > 0 and <= 15 && char.IsAsciiLetterLower(text[0])
            && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'), NetworkName.TryParse(text, out _)));
}
