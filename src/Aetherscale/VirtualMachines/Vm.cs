namespace Aetherscale.VirtualMachines;

/// <summary>One VM as its folder tells it.</summary>
/// <param name="Id">The folder's name.</param>
/// <param name="Folder">Its files.</param>
/// <param name="Spec">What it should be; null when vm.json is missing or unreadable.</param>
/// <param name="Problem">What is wrong with vm.json; null when nothing is.</param>
internal sealed record Vm(VmId Id, VmFolder Folder, VmSpec? Spec, string? Problem)
{
    /// <summary>What logs and people call it.</summary>
    public string DisplayName => Spec?.Name ?? Id.ToString();

    /// <summary>Its unit's name.</summary>
    public string Unit { get; } = VmUnit.NameOf(Id);

    /// <summary>True until it has been started for the first time, where that was asked for when it was made.</summary>
    public bool IsCreating { get; init; }

    /// <summary>True once its deletion has begun.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>Whether there is anything where its disk belongs.</summary>
    public bool HasDisk { get; init; } = true;
}
