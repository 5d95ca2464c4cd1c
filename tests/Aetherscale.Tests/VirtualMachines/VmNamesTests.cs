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
    [InlineData("web", "", "VM \"web\" does not exist.")]
    [InlineData("wbe", "db web", "VM \"wbe\" does not exist; did you mean \"web\"?")]
    [InlineData("x", "web db", "VM \"x\" does not exist; there are: db, web.")]
    [InlineData("x", "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12", "VM \"x\" does not exist; there are: a1, a10, a11, a12, a2, a3, a4, a5, a6, a7 and 2 more.")]
    public void Who_names_none_is_told_of_the_one_that_may_be_meant_or_of_a_few(string wanted, string names, string words)
    {
        var vms = names.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => TestVms.SpecOf(VmId.New(), name)).Select(spec => new Vm(VmId.New(), new VmFolder("/nowhere"), spec, null));

        Assert.Equal(words, UnknownVm.Of(VmReference.Parse(wanted), [.. vms]).Message);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("%h")]
    public void What_is_neither_is_refused(string text) =>
        Assert.Equal("bad-vm-id", Assert.Throws<AetherscaleException>(() => VmReference.Parse(text)).Code);
}
