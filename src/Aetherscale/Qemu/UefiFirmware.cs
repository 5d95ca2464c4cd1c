namespace Aetherscale.Qemu;

/// <summary>This host's UEFI firmware, edk2's OVMF: code that all VMs read, and the variables with which each VM begins, as a copy of its own.</summary>
/// <param name="places">Where distributions have the two files, which must fit each other.</param>
internal sealed class UefiFirmware(IReadOnlyList<(string Code, string Variables)> places)
{
    /// <summary>Debian's and Ubuntu's, Fedora's, Arch's.</summary>
    public static readonly IReadOnlyList<(string Code, string Variables)> UsualPlaces =
    [
        ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
        ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
        ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
    ];

    /// <summary>The command that installs it.</summary>
    public const string Install = "sudo apt-get update && sudo apt-get install ovmf";

    /// <summary>The code; where none is there, the path at which it is missed.</summary>
    public string Code => (Find() ?? places[0]).Code;

    /// <summary>Both files; null where they are not.</summary>
    public (string Code, string Variables)? Find()
    {
        foreach (var place in places)
        {
            if (File.Exists(place.Code) && File.Exists(place.Variables))
            {
                return place;
            }
        }

        return null;
    }
}
