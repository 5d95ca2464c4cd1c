using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class VmNamesTests
{
    [Theory]
    [InlineData("wiuakczz", true)]
    [InlineData("wiuakcz", false)]
    [InlineData("wiuakczzz", false)]
    [InlineData("Wiuakczz", false)]
    [InlineData("wiuakcz1", false)]
    [InlineData("wiuakczz\n", false)]
    [InlineData("wiuakcéz", false)]
    [InlineData(null, false)]
    public void An_id_is_eight_lower_case_letters(string? text, bool isId) => Assert.Equal(isId, VmId.TryParse(text, out _));

    [Theory]
    [InlineData("w", true)]
    [InlineData("web-1", true)]
    [InlineData("wiuakcz1", true)]
    [InlineData("wiuakczz", false)]
    [InlineData("-web", false)]
    [InlineData("1web", false)]
    [InlineData("web_1", false)]
    [InlineData("Web", false)]
    [InlineData("web\n", false)]
    [InlineData("../web", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_name_is_never_an_id(string? text, bool isName) => Assert.Equal(isName, VmName.TryParse(text, out _));

    [Fact]
    public void A_name_has_at_most_63_characters()
    {
        Assert.True(VmName.TryParse(new string('a', 63), out _));
        Assert.False(VmName.TryParse(new string('a', 64), out _));
    }

    [Fact]
    public void New_ids_are_ids_and_differ()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => VmId.New()).ToList();

        Assert.All(ids, id => Assert.True(VmId.TryParse(id.ToString(), out _)));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("%h")]
    public void What_is_neither_is_refused(string text) =>
        Assert.Equal("bad-vm-id", Assert.Throws<AetherscaleException>(() => VmReference.Parse(text)).Code);
}
