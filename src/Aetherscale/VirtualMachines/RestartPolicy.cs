namespace Aetherscale.VirtualMachines;

/// <summary>When systemd starts a VM again that has ended by itself (<c>Restart=</c>, systemd.service(5)).</summary>
internal enum RestartPolicy
{
    /// <summary>After a crash of QEMU or a panic of the guest.</summary>
    OnFailure,

    /// <summary>Also after the guest has powered itself off.</summary>
    Always,

    /// <summary>Not at all.</summary>
    Never,
}
