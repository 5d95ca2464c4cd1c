using Aetherscale.Qemu;
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

    [Fact]
    public void Of_a_seed_QEMU_sees_that_file_and_may_not_write_it()
    {
        var plain = VmUnit.Render(Plain).Split('\n');
        var seeded = VmUnit.Render(Plain with { Qemu = Plain.Qemu with { SeedPath = "/data/a b/seed.iso" } }).Split('\n');

        Assert.Equal(
            ["BindReadOnlyPaths=\"/data/a b/seed.iso\""], seeded[..^2].Except(plain).Where(line => !line.StartsWith("  -", StringComparison.Ordinal)));
    }

    [Fact]
    public void QEMU_may_write_the_VMs_own_UEFI_variables()
    {
        var plain = VmUnit.Render(Plain).Split('\n');
        var uefi = VmUnit.Render(Plain with { Qemu = Plain.Qemu with { FirmwareCode = "/usr/share/code.fd", FirmwareVariables = "/data/a b/uefi-vars.fd" } }).Split('\n');

        Assert.Equal(["BindPaths=\"/data/a b/uefi-vars.fd\""], uefi[..^2].Except(plain).Where(line => !line.StartsWith("  -", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_credentials_QEMU_sees_their_folder_and_everybody_else_only_their_names()
    {
        var plain = VmUnit.Render(Plain).Split('\n');
        var told = VmUnit.Render(Plain with { Qemu = Plain.Qemu with { CredentialPaths = ["/data/a b/credentials/system.hostname", "/data/a b/credentials/x"] } }).Split('\n');

        Assert.Equal(
            [
                "  -smbios \"type=11,path=/data/a b/credentials/system.hostname\" \\",
                "  -smbios \"type=11,path=/data/a b/credentials/x\" \\",
                "BindReadOnlyPaths=\"/data/a b/credentials\"",
            ],
            told[..^2].Except(plain));
    }

    [Theory]
    [InlineData("OnFailure", "on-failure")]
    [InlineData("Always", "always")]
    [InlineData("Never", "no")]
    public void The_restart_policy_is_systemds(string policy, string setting) =>
        Assert.Contains($"\nRestart={setting}\n", VmUnit.Render(Plain with { Restart = Enum.Parse<RestartPolicy>(policy) }));

    [Fact]
    public void With_kvm_the_guest_has_the_one_device_and_no_code_is_written() => Golden.Matches(
        "VirtualMachines/kvm.service", VmUnit.Render(Plain with { Qemu = Plain.Qemu with { Accelerator = Accelerator.Kvm } }));

    [Fact]
    public void Without_user_namespaces_the_filters_stay() =>
        Golden.Matches("VirtualMachines/no-namespaces.service", VmUnit.Render(Plain with { Sandbox = SandboxForm.NoNamespaces }));

    [Fact]
    public void Without_devices_of_its_own_only_they_are_missing()
    {
        var full = VmUnit.Render(Plain).Split('\n');
        var shared = VmUnit.Render(Plain with { Sandbox = SandboxForm.SharedDevices }).Split('\n');

        Assert.Equal(["PrivateDevices=yes"], full[..^2].Except(shared));
        Assert.Empty(shared[..^2].Except(full));
    }

    [Fact]
    public void What_no_other_setting_hides_is_hidden_by_one_of_its_own()
    {
        var lines = VmUnit.Render(Plain with { PrivateFolders = ["/home/ann", "/homes/ann", "/root", "/srv/a b%c"] }).Split('\n');

        Assert.Equal(
            ["TemporaryFileSystem=/sys:ro /run:ro", "TemporaryFileSystem=\"/homes/ann:ro\"", "TemporaryFileSystem=\"/srv/a b%%c:ro\""],
            lines.Where(line => line.StartsWith("TemporaryFileSystem=", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/usr/bin/qemu", false)]
    [InlineData("/home/ann/qemu", true)]
    [InlineData("/dev/shm/qemu", true)]
    [InlineData("/data/qemu", true)]
    public void A_QEMU_that_the_sandbox_would_hide_is_bound_in(string qemu, bool isBound) => Assert.Equal(
        isBound,
        VmUnit.Render(Plain with { Qemu = Plain.Qemu with { Binary = qemu } }).Contains($"\nBindReadOnlyPaths=-{qemu}\n"));

    [Fact]
    public void A_folder_that_systemd_cannot_hide_is_refused() =>
        Assert.Throws<AetherscaleException>(() => VmUnit.Render(Plain with { PrivateFolders = ["/srv/a:b"] }));

    [Fact]
    public void A_unit_of_PID_1_has_a_user_of_its_own() => Golden.Matches("VirtualMachines/system.service", VmUnit.Render(System));

    /// <summary>The same that <c>systemd-analyze security</c> shows; what it promises is proven from inside by system tests.</summary>
    [Theory]
    [InlineData("Tcg")]
    [InlineData("Kvm")]
    public async Task A_unit_of_PID_1_is_exposed_by_0_7_at_most(string accelerator)
    {
        using var folder = new TestFolder();
        var unit = folder["aetherscale-vm-abcdefgh.service"];
        File.WriteAllText(unit, VmUnit.Render(System with { Qemu = System.Qemu with { Accelerator = Enum.Parse<Accelerator>(accelerator) } }));

        await folder.RunAsync("/bin/sh", "-c", "exec systemd-analyze security --offline=true --no-pager --threshold=7 \"$0\" >/dev/null", unit);
    }

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

    private static VmUnitDescription System => Plain with
    {
        DataFolder = "/var/lib/aetherscale",
        PrivateFolders = ["/var/lib/aetherscale"],
        User = new VmUser("aetherscale-vm-abcdefgh", 2_100_000_001, "aetherscale-net", 990) { KvmGroup = "kvm" },
    };

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
                PrivateFolders = ["/home/ann", "/run/user/1000", "/data"],
                Sandbox = SandboxForm.Full,
                StopHelper = "/usr/local/bin/aetherscale-stop",
                StopGrace = TimeSpan.FromSeconds(90),
            };
        }
    }
}
