using System.Runtime.InteropServices;
using Aetherscale.Qemu;

namespace Aetherscale.Tests.Qemu;

public sealed class AcceleratorProbeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aetherscale").FullName;

    [Theory]
    [InlineData("flags\t\t: fpu vmx ssse3", true)]
    [InlineData("flags\t\t: fpu svm", true)]
    [InlineData("processor\t: 0\nflags\t\t: fpu\nprocessor\t: 1\nflags\t\t: fpu svm sse\n", true)]
    [InlineData("flags\t\t: fpu sse", false)]
    [InlineData("flags\t\t: fpu svm_lock", false)]
    [InlineData("vmx flags\t: ept vpid", false)]
    [InlineData("model name\t: vmx", false)]
    [InlineData("", false)]
    public void Auto_needs_the_device_and_the_processor(string cpuInfo, bool kvm)
    {
        var probe = Probe(device: true, cpuInfo);

        Assert.Equal(kvm ? Accelerator.Kvm : Accelerator.Tcg, probe.Choose(AcceleratorChoice.Auto));
        Assert.Equal(kvm, probe.WhyNotKvm() is null);
    }

    [Fact]
    public void Without_the_device_the_reason_names_it()
    {
        var probe = Probe(device: false, "flags\t: vmx");

        Assert.Equal(Accelerator.Tcg, probe.Choose(AcceleratorChoice.Auto));
        Assert.Equal($"{_folder}/kvm cannot be opened: No such file or directory", probe.WhyNotKvm());
    }

    [Fact]
    public void Another_processor_cannot_run_our_guests_by_itself() => Assert.Equal(
        "VMs are x86-64 ones, and this host's processor is Arm64",
        Probe(device: true, "Features\t: fp asimd", Architecture.Arm64).WhyNotKvm());

    [Fact]
    public void A_missing_cpuinfo_is_no_virtualisation()
    {
        Probe(device: true, "");
        var probe = new AcceleratorProbe($"{_folder}/kvm", $"{_folder}/nowhere", Architecture.X64);

        Assert.Equal(Accelerator.Tcg, probe.Choose(AcceleratorChoice.Auto));
    }

    [Fact]
    public void What_is_asked_for_by_name_is_taken()
    {
        Assert.Equal(Accelerator.Kvm, Probe(device: false, "").Choose(AcceleratorChoice.Kvm));
        Assert.Equal(Accelerator.Tcg, Probe(device: true, "flags\t: vmx").Choose(AcceleratorChoice.Tcg));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private AcceleratorProbe Probe(bool device, string cpuInfo, Architecture architecture = Architecture.X64)
    {
        if (device)
        {
            File.WriteAllText($"{_folder}/kvm", "");
        }

        File.WriteAllText($"{_folder}/cpuinfo", cpuInfo);
        return new AcceleratorProbe($"{_folder}/kvm", $"{_folder}/cpuinfo", architecture);
    }
}
