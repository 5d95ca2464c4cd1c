using Aetherscale.Systemd;

namespace Aetherscale.Tests.Systemd;

public sealed class UnitIndexTests : IDisposable
{
    private const string Unit = "aetherscale-vm-abcdefgh.service";

    private readonly TestFolder _folder = new();
    private readonly UnitFolder _units;
    private readonly UnitIndex _index;

    public UnitIndexTests()
    {
        _units = new UnitFolder(_folder["user"]);
        _index = new UnitIndex(_units);
    }

    [Fact]
    public void It_tells_what_stands_in_the_folder_at_each_look()
    {
        AssertKnows([], []);
        _units.Write(Unit, "[Unit]");
        AssertKnows([Unit], []);
        _units.Enable(Unit);
        AssertKnows([Unit, "default.target.wants"], [Unit]);
        _units.Write("other.service", "[Unit]");
        AssertKnows([Unit, "default.target.wants", "other.service"], [Unit]);
        _units.Disable(Unit);
        AssertKnows([Unit, "default.target.wants", "other.service"], []);
        _units.Remove(Unit);
        AssertKnows(["default.target.wants", "other.service"], []);
    }

    [Fact]
    public void A_link_that_leads_elsewhere_starts_no_unit_of_ours()
    {
        _units.Write(Unit, "[Unit]");
        _units.Enable("other.service");
        AssertKnows([Unit, "default.target.wants"], ["other.service"]);

        File.CreateSymbolicLink(Path.Combine(_units.WantsFolder, Unit), "/dev/null");

        AssertKnows([Unit, "default.target.wants"], ["other.service"]);
    }

    [Fact]
    public void A_folder_that_is_replaced_as_a_whole_is_read_anew()
    {
        _units.Write(Unit, "[Unit]");
        _units.Enable(Unit);
        _ = _index.Look();

        Directory.Move(_units.Folder, _folder["away"]);
        AssertKnows([], []);
        Directory.Move(_folder["away"], _units.Folder);

        AssertKnows([Unit, "default.target.wants"], [Unit]);
    }

    public void Dispose()
    {
        _index.Dispose();
        _folder.Dispose();
    }

    private void AssertKnows(string[] files, string[] enabled)
    {
        var content = _index.Look();
        Assert.Equal(files.Order(), content.Files.Order());
        Assert.Equal(enabled.Order(), content.Enabled.Order());
    }
}
