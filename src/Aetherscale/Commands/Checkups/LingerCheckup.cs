using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether the VMs outlive the logout and start at boot.</summary>
internal sealed class LingerCheckup(Linger linger) : ICheckup
{
    public string Name => "linger";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DoctorFinding>>([Judge()]);

    private DoctorFinding Judge() => linger.Look() switch
    {
        LingerState.On => Finding.Ok(Name, "on: VMs start at boot and outlive the logout"),
        LingerState.Off => Finding.Fail(
            Name, $"off: at {linger.User}'s logout systemd stops all VMs, and no boot starts them", $"sudo {linger.Command}"),
        _ => Finding.Warning(Name, $"no logind looks after {linger.User}: whoever started their systemd must start it at boot, too"),
    };
}
