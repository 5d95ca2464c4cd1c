namespace Aetherscale.VirtualMachines;

/// <summary>What a new VM gets when its requester does not say.</summary>
internal sealed record VmDefaults(int Cpus, int MemoryMib);
