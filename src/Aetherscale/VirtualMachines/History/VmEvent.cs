namespace Aetherscale.VirtualMachines.History;

/// <summary>A transition as it is told to those who listen.</summary>
/// <param name="Vm">The VM's id.</param>
/// <param name="Name">Its name, if it has one.</param>
/// <param name="Transition">What happened.</param>
internal sealed record VmEvent(VmId Vm, string? Name, VmTransition Transition);
