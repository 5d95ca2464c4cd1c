using Aetherscale.Images;
using Aetherscale.Images.Catalogue;
using CsCheck;

namespace Aetherscale.Tests.Images;

public sealed class ImageReferenceTests
{
    [Theory]
    [InlineData("debian:12", "debian", "12", "debian_12")]
    [InlineData("ubuntu:24.04", "ubuntu", "24.04", "ubuntu_24.04")]
    [InlineData("images:alpine/3.20", "images", "alpine/3.20", "images_alpine_3.20")]
    [InlineData("images:alpine/3.20/cloud", "images", "alpine/3.20/cloud", "images_alpine_3.20_cloud")]
    public void A_reference_has_a_remote_an_alias_and_a_name(string text, string remote, string alias, string name)
    {
        Assert.True(ImageReference.TryParse(text, out var reference));

        Assert.Equal((remote, alias, name, text), (reference.Remote, reference.Alias, reference.Name.Text, reference.ToString()));
    }

    [Theory]
    [InlineData("debian")]
    [InlineData("debian:")]
    [InlineData(":12")]
    [InlineData("Debian:12")]
    [InlineData("debian:12:13")]
    [InlineData("debian:12\n")]
    [InlineData("debian:../x")]
    [InlineData("debian:a/../x")]
    [InlineData("debian:a//x")]
    [InlineData("debian:/x")]
    [InlineData("debian:a/")]
    [InlineData("debian:.x")]
    [InlineData("debian:-x")]
    [InlineData("debian:a_b")]
    [InlineData("de_bian:12")]
    [InlineData("json:{}")]
    [InlineData("a:b,format=raw")]
    [InlineData("debian:%h")]
    [InlineData("debian:\u0661")]
    public void What_is_none_is_refused(string text) => Assert.False(ImageReference.TryParse(text, out _));

    [Fact]
    public void More_than_64_characters_are_refused()
    {
        Assert.True(ImageReference.TryParse("debian:" + new string('1', 57), out _));
        Assert.False(ImageReference.TryParse("debian:" + new string('1', 58), out _));
    }

    [Fact]
    public void A_name_leads_back_to_its_reference_so_that_no_two_share_one() =>
        Gen.Select(Gen.String[Gen.Char["abz09-_"], 0, 5], Gen.String[Gen.Char["abz09-./_"], 0, 8]).Sample((remote, alias) =>
        {
            var text = $"r{remote}:{alias}x";
            if (!ImageReference.TryParse(text, out var reference))
            {
                return true;
            }

            var parts = reference.Name.Text.Split('_', 2);
            return $"{parts[0]}:{parts[1].Replace('_', '/')}" == text;
        });

    [Fact]
    public void Every_name_is_an_image_name() => Gen.String[Gen.Char["abz09-./:"], 3, 12].Sample(
        text => !ImageReference.TryParse(text, out var reference) || ImageName.TryParse(reference.Name.Text, out _));
}
