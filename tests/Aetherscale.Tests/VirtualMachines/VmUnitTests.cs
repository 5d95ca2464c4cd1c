using Aetherscale.Systemd;
using Aetherscale.Tests.Qemu;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class VmUnitTests
{
    [Fact]
    public void A_plain_unit() => Golden.Matches("VirtualMachines/plain.service", VmUnit.Render(Plain));

    [Fact]
    public void Nasty_paths_are_quoted_by_the_rules_of_each_setting()
    {
        const string Folder = """/home/ü, "b" 'c' %h $HOME \d:e=f;""";

        Golden.Matches("VirtualMachines/nasty.service", VmUnit.Render(Plain with
        {
            BaseFolder = Folder + "/images",
            Qemu = Plain.Qemu with { DiskPath = Folder + "/disk.qcow2" },
        }));
    }

    [Theory]
    [InlineData("OnFailure", "on-failure")]
    [InlineData("Always", "always")]
    [InlineData("Never", "no")]
    public void The_restart_policy_is_systemds(string policy, string setting) =>
        Assert.Contains($"\nRestart={setting}\n", VmUnit.Render(Plain with { Restart = Enum.Parse<RestartPolicy>(policy) }));

    [Fact]
    public void The_unit_is_sealed() => Assert.True(UnitChecksum.Matches(VmUnit.Render(Plain)));

    [Theory]
    [InlineData("/home/a\nb")]
    [InlineData("/home/a\0b")]
    public void A_path_that_no_unit_can_hold_is_refused(string path) =>
        Assert.Throws<AetherscaleException>(() => VmUnit.Render(Plain with { BaseFolder = path }));

    [Theory]
    [InlineData("aetherscale-vm-abcdefgh.service", "abcdefgh")]
    [InlineData("aetherscale-vm-abcdefg.service", null)]
    [InlineData("aetherscale-vm-abcdefgh.timer", null)]
    [InlineData("aetherscale-net-abcdefgh.service", null)]
    [InlineData("aetherscale-vm-.service", null)]
    public void A_units_name_tells_whose_it_is(string unit, string? id) => Assert.Equal(id, VmUnit.IdOf(unit)?.ToString());

    private static VmUnitDescription Plain
    {
        get
        {
            Assert.True(VmId.TryParse("abcdefgh", out var id));
            return new VmUnitDescription
            {
                Id = id,
                Qemu = QemuCommandLineTests.Plain,
                SpecFile = "/data/vms/abcdefgh/vm.json",
                DataFolder = "/data",
                BaseFolder = "/data/images/sha256",
                SwitchFolder = "/run/networks/default/switch",
                SwitchSocket = "/run/networks/default/switch/ctl",
                SwitchUnit = "aetherscale-net-default.service",
                StopHelper = "/usr/local/bin/aetherscale-stop",
                StopGrace = TimeSpan.FromSeconds(90),
            };
        }
    }
}
