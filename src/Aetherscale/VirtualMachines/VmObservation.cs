namespace Aetherscale.VirtualMachines;

/// <summary>A VM with the state it was in a moment ago.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Hint">Why, where that is not plain.</param>
/// <param name="Autostart">Whether it starts when the host boots.</param>
internal sealed record VmObservation(Vm Vm, VmState State, string? Hint, bool Autostart);
