namespace Aetherscale.VirtualMachines;

/// <summary>Where a VM is in its life. The wire's words are the same, in lower case.</summary>
internal enum VmState
{
    Starting,
    Running,
    Paused,
    Stopping,
    Stopped,
    Crashed,
    Broken,
    Deleting,
}
