using Aetherscale.Images;
using CsCheck;

namespace Aetherscale.Tests.Images;

public sealed class ImageNameTests
{
    [Theory]
    [InlineData("ubuntu_base")]
    [InlineData("a")]
    [InlineData("7.4-rc..1")]
    [InlineData("debian-12.qcow2")]
    public void Plain_names_are_taken(string text)
    {
        Assert.True(ImageName.TryParse(text, out var name));
        Assert.Equal(text, name.Text);
        Assert.Equal(text, $"{name}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("-x")]
    [InlineData(".h")]
    [InlineData("_x")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("abc\n")]
    [InlineData("abc\r")]
    [InlineData("a\0")]
    [InlineData("a\u202eb")]
    [InlineData("é")]
    [InlineData("٣")]
    [InlineData("%h")]
    [InlineData("$HOME")]
    [InlineData("a b")]
    [InlineData("a\"b")]
    [InlineData("a;b")]
    [InlineData("a,format=raw")]
    [InlineData("json:{}")]
    [InlineData("nbd:x")]
    public void Anything_else_is_refused(string? text) => Assert.False(ImageName.TryParse(text, out _));

    [Fact]
    public void A_name_has_at_most_64_characters()
    {
        Assert.True(ImageName.TryParse(new string('a', 64), out _));
        Assert.False(ImageName.TryParse(new string('a', 65), out _));
    }

    [Fact]
    public void A_name_is_always_one_plain_path_segment() =>
        Gen.String[Gen.Char["aZ09._-/\\\n\0 %$,:"], 0, 6].Sample(text =>
        {
            var taken = ImageName.TryParse(text, out _);
            var expected = text.Length > 0 && char.IsAsciiLetterOrDigit(text[0])
                && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
            return taken == expected && (!taken || Path.GetFileName(text) == text);
        });
}
