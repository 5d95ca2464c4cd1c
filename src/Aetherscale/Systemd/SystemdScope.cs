namespace Aetherscale.Systemd;

/// <summary>Whose systemd runs the VMs.</summary>
internal enum SystemdScope
{
    /// <summary>The manager of a user.</summary>
    User,

    /// <summary>The machine's own, PID 1.</summary>
    System,
}
