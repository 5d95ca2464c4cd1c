using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Sandbox;

/// <summary>
/// A user manager on a host that forbids user namespaces: it runs in a namespace below which none may be made, which is what
/// <c>user.max_user_namespaces=0</c> brings about on a whole host.
/// </summary>
internal static class ManagerWithoutNamespaces
{
    public static Task<SecondManager> StartAsync() => SecondManager.StartAsync(
        "/usr/bin/unshare", "--user", "--map-current-user", "--keep-caps",
        "/bin/sh", "-ec", "echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps=-all --inh-caps=-all \"$@\"", "sh");
}
