using Aetherscale.Contract.Commands;
using Aetherscale.Files;
using Aetherscale.Qemu;
using Aetherscale.Systemd;

namespace Aetherscale.Commands.Checkups;

/// <summary>What runs the guests' instructions, and why it is not the processor.</summary>
internal sealed class AcceleratorCheckup(AcceleratorProbe probe, AcceleratorChoice choice, Accelerator inUse, string userName, SystemdScope scope) : ICheckup
{
    private const string Device = "/dev/kvm";

    public string Name => "accelerator";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DoctorFinding>>([Judge(probe.WhyNotKvm())]);

    private DoctorFinding Judge(string? whyNot) => (inUse, whyNot) switch
    {
        (Accelerator.Kvm, null) => Finding.Ok(Name, "kvm"),
        (Accelerator.Kvm, not null) => Finding.Fail(Name, $"KVM is asked for and cannot be used: {whyNot}", Mend()),
        (_, null) when choice == AcceleratorChoice.Tcg => Finding.Warning(
            Name, "guests are emulated, because the setting \"accelerator\" says so; KVM would be several times faster"),
        (_, null) => Finding.Warning(Name, "guests are emulated; KVM can be used since the daemon started", $"{scope.Systemctl()} restart aetherscale"),
        _ => Finding.Warning(Name, $"guests are emulated, which is several times slower: {whyNot}", Mend()),
    };

    /// <summary>Only for what a command mends: a processor without it stays so.</summary>
    private string? Mend() => !probe.HasVirtualisation() ? null
        : FileStatus.Of(Device) is null ? "sudo modprobe -a kvm_intel kvm_amd"
        : scope == SystemdScope.System ? null
        : $"sudo usermod -aG kvm {userName} && sudo systemctl restart user@$(id -u {userName})";
}
