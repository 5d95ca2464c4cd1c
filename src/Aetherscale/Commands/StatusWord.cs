using Aetherscale.Contract;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary>The wire's word for a VM's state.</summary>
internal static class StatusWord
{
    public static string Of(VmState state) => state switch
    {
        VmState.Starting => VmStatus.Starting,
        VmState.Running => VmStatus.Running,
        VmState.Paused => VmStatus.Paused,
        VmState.Stopping => VmStatus.Stopping,
        VmState.Stopped => VmStatus.Stopped,
        VmState.Crashed => VmStatus.Crashed,
        VmState.Broken => VmStatus.Broken,
        VmState.Deleting => VmStatus.Deleting,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
