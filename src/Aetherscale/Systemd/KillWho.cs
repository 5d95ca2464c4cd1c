namespace Aetherscale.Systemd;

/// <summary>Which processes of a unit a signal is for (<c>systemctl kill --kill-whom</c>).</summary>
internal enum KillWho
{
    Main,
    Control,
    All,
}
