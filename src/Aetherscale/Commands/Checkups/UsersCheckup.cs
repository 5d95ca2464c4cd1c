using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether each VM's QEMU is a user of its own.</summary>
internal sealed class UsersCheckup(VmUsers users) : ICheckup
{
    public string Name => "vm-users";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DoctorFinding>>([users.WhyShared is not { } why
            ? Finding.Ok(Name, "each new VM's QEMU runs as a user of its own; show-vm names it")
            : Finding.Warning(
                Name,
                $"the QEMUs of new VMs all run as {users.Shared?.Name}, and one that is broken into could reach another's disk: {why}",
                "sudo apt-get install libnss-systemd && sudo systemctl restart aetherscale")]);
}
