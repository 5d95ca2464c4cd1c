using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether the network of new VMs holds up.</summary>
internal sealed class NetworkCheckup(SystemdManager systemd, VmNetworks networks, string network) : ICheckup
{
    public string Name => "network";

    public async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var isUp = true;
        foreach (var unit in networks.UnitsOf(network))
        {
            var state = await systemd.GetStateAsync(unit, cancellationToken);
            if (state is { ActiveState: UnitActiveState.Failed })
            {
                return
                [
                    Finding.Fail(
                        Name,
                        $"VMs have no network: {unit} has failed ({systemd.Scope.Journalctl()} -n 20 -u {unit})",
                        $"{systemd.Scope.Systemctl()} restart {networks.SwitchUnitOf(network)}"),
                ];
            }

            isUp &= state is { ActiveState: UnitActiveState.Active };
        }

        return [Finding.Ok(Name, isUp ? $"\"{network}\" runs" : $"\"{network}\" does not run; the next start of a VM brings it up")];
    }
}
