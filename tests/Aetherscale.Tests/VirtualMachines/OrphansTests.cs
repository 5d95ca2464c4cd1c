using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class OrphansTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly DataFolder _data;
    private readonly UnitFolder _units;
    private readonly VmStore _store;

    public OrphansTests()
    {
        _data = new DataFolder(_folder["data"]);
        Assert.Null(_data.Prepare());
        _units = new UnitFolder(_folder["units"]);
        _store = new VmStore(_data.Vms);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_fresh_host_has_none() => Assert.Empty(Found());

    [Fact]
    public void What_a_command_under_way_makes_is_none()
    {
        using var draft = _store.Draft(VmId.New(), null);

        Assert.Empty(Found());
    }

    [Fact]
    public void A_folder_without_a_spec_a_strange_file_and_a_unit_without_a_VM_are_found()
    {
        Directory.CreateDirectory($"{_data.Vms}/abcdefgh");
        File.WriteAllText($"{_data.Vms}/notes.txt", "");
        _units.Write("aetherscale-vm-qrstuvwx.service", $"[Unit]\nX-Aetherscale-State={_data.Path}\n");

        Assert.Equal(
            [$"{_data.Vms}/abcdefgh", $"{_data.Vms}/notes.txt", _units.PathOf("aetherscale-vm-qrstuvwx.service")],
            Found().Select(orphan => orphan.Path));
    }

    [Fact]
    public void Units_of_others_are_nobody_s_business_here()
    {
        _units.Write("aetherscale-vm-qrstuvwx.service", "[Unit]\nX-Aetherscale-State=/elsewhere\n");
        _units.Write("aetherscale-vm-yzabcdef.service", "[Unit]\n");

        Assert.Empty(Found());
    }

    [Fact]
    public void A_link_to_no_unit_is_found_with_the_command_that_removes_it()
    {
        _units.Enable("aetherscale-vm-qrstuvwx.service");

        Assert.Equal("systemctl --user disable aetherscale-vm-qrstuvwx.service", Assert.Single(Found()).Mend);
    }

    private IReadOnlyList<Orphan> Found() => new Orphans(_store, _units, new OwnUnits(_units, systemd: null!, _data), _data).Find();
}
