using Aetherscale.Contract.Commands;
using Aetherscale.Commands;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>The policies in vm.json, and the links that follow from them.</summary>
public sealed class VmPolicyTests : IDisposable
{
    private readonly TestFolder _data = new();
    private readonly TestFolder _unitFolder = new();
    private readonly VmStore _store;
    private readonly UnitFolder _units;
    private readonly BootLinks _links;

    public VmPolicyTests()
    {
        _store = new VmStore(_data.Path);
        _units = new UnitFolder(_unitFolder.Path);
        _links = new BootLinks(_units, _store);
    }

    public void Dispose()
    {
        _store.Dispose();
        _data.Dispose();
        _unitFolder.Dispose();
    }

    [Fact]
    public void A_spec_without_policies_has_the_defaults()
    {
        var spec = Make("").Spec!;

        Assert.Equal((AutostartPolicy.LastState, RestartPolicy.OnFailure), (spec.AutostartPolicy, spec.RestartPolicy));
    }

    [Theory]
    [InlineData("always", "always")]
    [InlineData("last-state", "on-failure")]
    [InlineData("never", "never")]
    public void A_specs_words_are_its_policies(string autostart, string restart)
    {
        var spec = Make($$""", "autostart": "{{autostart}}", "restart": "{{restart}}" """).Spec!;

        Assert.Equal((autostart, restart), (PolicyWord.Of(spec.AutostartPolicy), PolicyWord.Of(spec.RestartPolicy)));
    }

    [Theory]
    [InlineData("autostart", "yes", "\"autostart\" must be last-state, always or never")]
    [InlineData("restart", "no", "\"restart\" must be on-failure, always or never")]
    [InlineData("graphics", "spice", "\"graphics\" must be vnc")]
    [InlineData("firmware", "coreboot", "\"firmware\" must be bios or uefi")]
    public void Another_word_makes_the_spec_unreadable_and_the_request_bad(string member, string word, string problem)
    {
        Assert.Contains(problem, Make($$""", "{{member}}": "{{word}}" """).Problem);

        var options = new CreateVmOptions { Image = "tiny" };
        options = member switch
        {
            "restart" => options with { Restart = word },
            "graphics" => options with { Graphics = word },
            "firmware" => options with { Firmware = word },
            _ => options with { Autostart = word },
        };
        var error = Assert.Throws<AetherscaleException>(() => VmWish.Read(options, new VmDefaults(1, 512), _ => default));
        Assert.Equal(("bad-request", problem + "."), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("last-state", false, true, false, false)]
    [InlineData("always", true, true, true, true)]
    [InlineData("never", false, false, false, false)]
    public void The_link_follows_the_policy(string policy, bool made, bool started, bool poweredOff, bool stopped)
    {
        var vm = Make($$""", "autostart": "{{policy}}" """);

        _links.Made(vm);
        Assert.Equal(made, IsLinked(vm));
        Assert.Equal(!made && started, _links.Started(vm));
        Assert.Equal(started, IsLinked(vm));
        _links.PoweredOff(vm.Id);
        Assert.Equal(poweredOff, IsLinked(vm));
        _links.Started(vm);
        _links.Stopped(vm.Id);
        Assert.Equal(stopped, IsLinked(vm));
    }

    [Fact]
    public void A_deletion_removes_the_link_whatever_the_policy()
    {
        var vm = Make(""", "autostart": "always" """);
        _links.Made(vm);
        File.WriteAllText(vm.Folder.Tombstone, "");

        _links.Stopped(vm.Id);

        Assert.False(IsLinked(vm));
    }

    [Fact]
    public void A_guest_that_systemd_starts_again_after_its_power_off_keeps_its_link()
    {
        var vm = Make(""", "restart": "always" """);
        _links.Started(vm);

        Assert.False(_links.PoweredOff(vm.Id));
        Assert.True(IsLinked(vm));
    }

    private bool IsLinked(Vm vm) => _units.IsEnabled(VmUnit.NameOf(vm.Id));

    private Vm Make(string more)
    {
        var id = VmId.New();
        Directory.CreateDirectory($"{_data.Path}/{id}");
        File.WriteAllText(
            $"{_data.Path}/{id}/vm.json",
            $$"""
            {"format": 1, "vm-id": "{{id}}", "image": "tiny", "base-sha256": "{{new string('a', 64)}}", "cpus": 1, "memory-mib": 512,
             "uuid": "2c72440c-a555-4d80-9c8c-4071dcf6cd5d", "network": "default", "mac": "52:54:00:00:00:01",
             "address": "10.77.0.2", "created": "2026-11-23T03:24:10+00:00"{{more}}}
            """);
        return _store.TryFind(id)!;
    }
}
