using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary>
/// Says in a VM's history who asked for what a command is about to have done. To be made before the command acts; when it is
/// disposed without <see cref="Happens"/>, nothing came of it and the history must not take something else for it.
/// </summary>
internal sealed class AskedFor(VmHistory history, VmId id, AskKind kind, Requester requester) : IDisposable
{
    private bool _happens;

    public VmAsk Ask { get; } = history.Ask(id, kind, Askers.Of(requester));

    /// <summary>The command's turn has come; something that it waited for may have been put down to it.</summary>
    public void Again() => history.Ask(id, Ask);

    /// <summary>Something came of it, which systemd or QEMU tell of, or are about to.</summary>
    public void Happens() => _happens = true;

    public void Dispose()
    {
        if (!_happens)
        {
            history.Withdraw(id, Ask);
        }
    }
}
