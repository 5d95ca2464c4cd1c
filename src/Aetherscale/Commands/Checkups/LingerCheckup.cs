using Aetherscale.Contract.Commands;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether the VMs outlive the logout and start at boot.</summary>
/// <param name="userName">Whose VMs.</param>
/// <param name="root">Where the host's files begin; <c>""</c> but in tests.</param>
internal sealed class LingerCheckup(string userName, string root = "") : ICheckup
{
    public string Name => "linger";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DoctorFinding>>([Judge()]);

    private DoctorFinding Judge()
    {
        // sd_booted(3)
        if (!Directory.Exists($"{root}/run/systemd/system"))
        {
            return Finding.Warning(Name, "systemd did not boot this machine: nobody starts VMs at boot");
        }

        return File.Exists($"{root}/var/lib/systemd/linger/{userName}")
            ? Finding.Ok(Name, "on: VMs start at boot and outlive the logout")
            : Finding.Fail(
                Name, $"off: at {userName}'s logout systemd stops all VMs, and no boot starts them", $"sudo loginctl enable-linger {userName}");
    }
}
