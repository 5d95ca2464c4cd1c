using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary>A command's turn at one VM: from here to its disposal no other command touches it.</summary>
internal sealed class VmTurn : IDisposable
{
    private readonly IDisposable _turn;

    private VmTurn(Vm vm, IDisposable turn) => (Vm, _turn) = (vm, turn);

    public Vm Vm { get; }

    /// <summary>Waits until the commands before this one are done. The text is the VM's id or name.</summary>
    /// <exception cref="AetherscaleException"><c>bad-vm-id</c> or <c>vm-not-found</c>.</exception>
    public static async Task<VmTurn> WaitAsync(VmStore store, VmLocks locks, string text, CancellationToken cancellationToken)
    {
        var reference = VmReference.Parse(text);
        var id = store.FindId(reference);
        var turn = await locks.AcquireAsync(id, cancellationToken);
        if (store.TryFind(id) is { } vm)
        {
            return new VmTurn(vm, turn);
        }

        // Whoever was before us has deleted it, or could not make it. Another one of its name is not meant.
        turn.Dispose();
        throw UnknownVm.Of(reference, store.List());
    }

    /// <summary>
    /// The VM as it is, for commands that only look. One whose create is under way is waited for: whoever sent that before is
    /// told of the VM, and not that there is none.
    /// </summary>
    /// <exception cref="AetherscaleException"><c>bad-vm-id</c> or <c>vm-not-found</c>.</exception>
    public static async Task<Vm> FindAsync(VmStore store, VmLocks locks, string text, CancellationToken cancellationToken)
    {
        var reference = VmReference.Parse(text);
        if (store.TryFind(store.FindId(reference)) is { } vm)
        {
            return vm;
        }

        using var turn = await WaitAsync(store, locks, text, cancellationToken);
        return turn.Vm;
    }

    public void Dispose() => _turn.Dispose();
}
