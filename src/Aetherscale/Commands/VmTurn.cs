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
        var turn = await locks.AcquireAsync(store.Find(reference).Id, cancellationToken);
        try
        {
            // Whoever was before us may have deleted it.
            return new VmTurn(store.Find(reference), turn);
        }
        catch (AetherscaleException)
        {
            turn.Dispose();
            throw;
        }
    }

    public void Dispose() => _turn.Dispose();
}
