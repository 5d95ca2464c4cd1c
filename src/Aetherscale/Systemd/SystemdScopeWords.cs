namespace Aetherscale.Systemd;

/// <summary>What differs between a user's systemd and the machine's, for those who type commands and those who write units.</summary>
internal static class SystemdScopeWords
{
    public static string Systemctl(this SystemdScope scope) => scope == SystemdScope.System ? "systemctl" : "systemctl --user";

    public static string Journalctl(this SystemdScope scope) => scope == SystemdScope.System ? "journalctl" : "journalctl --user";

    public static string Analyze(this SystemdScope scope) => scope == SystemdScope.System ? "systemd-analyze" : "systemd-analyze --user";

    /// <summary>The target that a boot, or a user's first login, starts.</summary>
    public static string BootTarget(this SystemdScope scope) => scope == SystemdScope.System ? "multi-user.target" : "default.target";

    /// <summary>Where units are looked for that last until the next boot.</summary>
    /// <param name="scope">Whose systemd.</param>
    /// <param name="runtimeDirectory"><c>%t</c>.</param>
    public static string TransientUnits(this SystemdScope scope, string runtimeDirectory) =>
        $"{runtimeDirectory}/systemd/{(scope == SystemdScope.System ? "system" : "user")}";
}
