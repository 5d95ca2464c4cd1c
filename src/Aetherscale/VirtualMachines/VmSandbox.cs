using Aetherscale.Qemu;
using Aetherscale.Systemd;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What stands around a VM's QEMU: systemd's own settings, of which a user manager accepts many that it then ignores. Only
/// those that were seen to work are here (docs/sandbox.md), and none that would merely better the score of
/// <c>systemd-analyze security</c>.
/// </summary>
internal static class VmSandbox
{
    private const string Kvm = "/dev/kvm";

    /// <summary>What the settings below hide by themselves.</summary>
    private static readonly string[] s_hidden = ["/home", "/root", "/run", "/tmp", "/var/tmp", "/dev/shm"];

    /// <summary>These need nothing but the kernel.</summary>
    private static readonly (string Key, string Value)[] s_everywhere =
    [
        ("NoNewPrivileges", "yes"),
        ("LockPersonality", "yes"),
        ("RestrictNamespaces", "yes"),
        ("RestrictRealtime", "yes"),
        ("RestrictSUIDSGID", "yes"),
        ("RestrictAddressFamilies", "AF_UNIX"),
        ("SystemCallArchitectures", "native"),
        ("SystemCallFilter", "@system-service seccomp"),
        ("SystemCallFilter", "~@privileged @resources"),
        ("SystemCallErrorNumber", "EPERM"),
        ("UMask", "0077"),
        ("KeyringMode", "private"),
        ("LimitCORE", "0"),
    ];

    // A user manager may make the other namespaces only inside a user namespace. Without PrivateUsers it ignores these, or fails.
    private static readonly (string Key, string Value)[] s_inNamespaces =
    [
        ("PrivateUsers", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "tmpfs"),
        ("PrivateTmp", "yes"),
        ("PrivateNetwork", "yes"),
        ("PrivateMounts", "yes"),
        ("ProtectKernelModules", "yes"),
        ("ProtectClock", "yes"),
    ];

    // A user manager accepts these and does nothing, or pays too much for what its user may not do anyway.
    // Where /proc is made anew systemd mounts /sys, too, over what TemporaryFileSystem= has put there.
    private static readonly (string Key, string Value)[] s_bySystem =
    [
        ("ProtectProc", "invisible"),
        ("ProcSubset", "pid"),
        ("InaccessiblePaths", "/sys"),
        ("ProtectKernelTunables", "yes"),
        ("ProtectKernelLogs", "yes"),
        ("ProtectControlGroups", "yes"),
        ("ProtectHostname", "yes"),
        ("IPAddressDeny", "any"),
        ("DevicePolicy", "closed"),
        ("RemoveIPC", "yes"),
    ];

    /// <summary>The settings, as this host can enforce them.</summary>
    /// <param name="text">In its section <c>Service</c>.</param>
    /// <param name="form">What the host can.</param>
    /// <param name="accelerator">QEMU's.</param>
    /// <param name="privateFolders">What must not be seen, wherever it lies; what is bound in from there is seen all the same.</param>
    /// <param name="user">As whom the program runs, in a unit of PID 1; null in one of the user's own.</param>
    /// <param name="ownFolder">
    /// A folder of the unit's own, as a unit names it, which takes the place of /dev/shm; null: a new one does. That costs a start 4 ms:
    /// PrivateDevices= has put the host's there, and the kernel waits for all processors before it lets go of it.
    /// </param>
    /// <exception cref="AetherscaleException"><c>bad-request</c>: a folder cannot be hidden.</exception>
    public static UnitText Confine(
        this UnitText text, SandboxForm form, Accelerator accelerator, IReadOnlyList<string> privateFolders, VmUser? user, string? ownFolder = null)
    {
        if (user is not null)
        {
            text.Set("User", user.Name).Set("Group", user.Group);
            if (accelerator == Accelerator.Kvm && user.KvmGroup is { } group)
            {
                text.Set("SupplementaryGroups", group);
            }

            text.SetAll(s_bySystem);
        }

        if (form != SandboxForm.NoNamespaces)
        {
            text.SetAll(s_inNamespaces)
                .Comment("The control groups, every service's sockets, and what programs share.")
                .Set("TemporaryFileSystem", ownFolder is null ? "/sys:ro /run:ro /dev/shm" : "/sys:ro /run:ro");
            if (ownFolder is not null)
            {
                text.Set("BindPaths", $"{ownFolder}:/dev/shm");
            }

            foreach (var folder in privateFolders.Where(folder => !s_hidden.Any(above => IsIn(folder, above))))
            {
                text.Set("TemporaryFileSystem", Hidden(folder));
            }
        }

        if (form == SandboxForm.Full)
        {
            text.Set("PrivateDevices", "yes");
            if (accelerator == Accelerator.Kvm)
            {
                text.Set("DeviceAllow", $"{Kvm} rw").Set("BindPaths", UnitEscaper.BindPath(Kvm, mayBeMissing: true));
            }
        }

        // TCG is what writes code.
        text.SetAll(s_everywhere);
        return accelerator == Accelerator.Kvm ? text.Set("MemoryDenyWriteExecute", "yes") : text;
    }

    /// <summary>Whether the sandbox hides what lies there.</summary>
    public static bool Hides(string path, IReadOnlyList<string> privateFolders) =>
        s_hidden.Concat(privateFolders).Any(above => IsIn(path, above));

    private static UnitText SetAll(this UnitText text, IEnumerable<(string Key, string Value)> settings)
    {
        foreach (var (key, value) in settings)
        {
            text.Set(key, value);
        }

        return text;
    }

    private static bool IsIn(string path, string above) => path == above || path.StartsWith(above + '/', StringComparison.Ordinal);

    // systemd takes the path up to a colon here, and knows no way to write one.
    private static string Hidden(string folder) => !folder.Contains(':')
        ? UnitEscaper.BindPath(folder + ":ro")
        : throw new AetherscaleException(
            BadRequest, $"systemd cannot hide {folder} from VMs, for its name holds a colon. Give the folder another name.");
}
