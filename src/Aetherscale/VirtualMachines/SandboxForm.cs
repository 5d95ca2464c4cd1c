namespace Aetherscale.VirtualMachines;

/// <summary>How much of a VM's sandbox this host can make: from all to the least that every host can.</summary>
internal enum SandboxForm
{
    /// <summary>All of it.</summary>
    Full,

    /// <summary>All but a <c>/dev</c> of its own, which not every systemd gives to a user's units.</summary>
    SharedDevices,

    /// <summary>What needs no user namespace: no new privileges, and the filters on system calls.</summary>
    NoNamespaces,
}
