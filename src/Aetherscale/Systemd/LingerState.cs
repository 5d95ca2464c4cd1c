namespace Aetherscale.Systemd;

/// <summary>Whether a user's services start at boot and outlive the user's logins.</summary>
internal enum LingerState
{
    On,
    Off,

    /// <summary>No logind looks after this user: whoever started the user's systemd decides.</summary>
    Unmanaged,
}
