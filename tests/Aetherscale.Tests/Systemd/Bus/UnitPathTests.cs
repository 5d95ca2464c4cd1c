using Aetherscale.Systemd.Bus;
using CsCheck;

namespace Aetherscale.Tests.Systemd.Bus;

public sealed class UnitPathTests
{
    [Theory]
    [InlineData("aetherscale-vm-abcdefgh.service", "/org/freedesktop/systemd1/unit/aetherscale_2dvm_2dabcdefgh_2eservice")]
    [InlineData("7up.service", "/org/freedesktop/systemd1/unit/_37up_2eservice")]
    [InlineData(@"dev-disk\x2d1.device", "/org/freedesktop/systemd1/unit/dev_2ddisk_5cx2d1_2edevice")]
    public void Names_are_escaped_as_systemd_does(string unit, string path)
    {
        Assert.Equal(path, UnitPath.Of(unit));
        Assert.Equal(unit, UnitPath.ToUnit(path));
    }

    [Fact]
    public void Every_name_comes_back() =>
        Gen.String[Gen.Char["abcXYZ019:-_.\\@é漢"]].Sample(unit => UnitPath.ToUnit(UnitPath.Of(unit)) == unit);

    [Theory]
    [InlineData("/org/freedesktop/systemd1")]
    [InlineData("/org/freedesktop/systemd1/job/7")]
    [InlineData("/org/freedesktop/systemd1/unit/a_2")]
    [InlineData("/org/freedesktop/systemd1/unit/a_zz")]
    public void Other_paths_are_no_units(string path) => Assert.Null(UnitPath.ToUnit(path));
}
