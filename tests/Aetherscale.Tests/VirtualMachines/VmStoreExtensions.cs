using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

internal static class VmStoreExtensions
{
    /// <summary>The VM itself, where one is expected.</summary>
    public static Vm Find(this VmStore store, VmReference reference) =>
        store.TryFind(store.FindId(reference)) ?? throw new InvalidOperationException($"{reference} is claimed, but not made.");
}
