using Aetherscale.Contract.Commands;
using Aetherscale.Qemu;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether VMs can be made that boot by UEFI.</summary>
internal sealed class FirmwareCheckup(UefiFirmware firmware) : ICheckup
{
    public string Name => "firmware";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<DoctorFinding>>(
        [firmware.Find() is { } found
            ? Finding.Ok(Name, $"BIOS and UEFI, {found.Code}")
            : Finding.Warning(Name, "BIOS, no UEFI: OVMF is not installed, and create-vm --firmware uefi needs it", UefiFirmware.Install)]);
}
