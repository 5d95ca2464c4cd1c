using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What really stands around a process, as the kernel tells it: systemd may accept a setting and do nothing. Read from outside, so
/// that nothing in the sandbox can lie about it.
/// </summary>
internal static class ProcessSandbox
{
    /// <summary>Each protection by its name, with how it shows. The names are on the wire.</summary>
    private static readonly (string Name, Func<Look, bool> Stands)[] s_protections =
    [
        ("user-namespace", look => look.HasOwn("user")),
        ("mount-namespace", look => look.HasOwn("mnt")),
        ("network-namespace", look => look.HasOwn("net")),
        ("no-capabilities", look => look.Says("CapBnd", "0000000000000000")),
        ("no-new-privileges", look => look.Says("NoNewPrivs", "1")),
        ("system-call-filter", look => look.Says("Seccomp", "2")),
        ("system-read-only", look => look.IsReadOnly("/")),
        ("home-hidden", look => look.Hides("/home")),
        ("run-hidden", look => look.Hides("/run")),
        ("sys-hidden", look => look.Hides("/sys")),
        ("tmp-hidden", look => look.Hides("/tmp")),
        ("shared-memory-hidden", look => look.Hides("/dev/shm")),
        ("devices-hidden", look => look.Hides("/dev")),
    ];

    /// <summary>All that we can tell of.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_protections.Select(protection => protection.Name)];

    /// <summary>Those that stand around the process.</summary>
    /// <exception cref="IOException">It is gone, or is not ours to look at.</exception>
    public static IReadOnlyList<string> Around(int pid)
    {
        var look = new Look($"/proc/{pid}");
        return [.. s_protections.Where(protection => protection.Stands(look)).Select(protection => protection.Name)];
    }

    private sealed class Look(string process)
    {
        private readonly string[] _status = File.ReadAllLines($"{process}/status");
        private readonly string[][] _mounts = [.. File.ReadLines($"{process}/mountinfo").Select(line => line.Split(' '))];

        public bool HasOwn(string kind) => NamespaceOf(process, kind) != NamespaceOf("/proc/self", kind);

        public bool Says(string field, string value) => _status.Contains($"{field}:\t{value}");

        /// <summary>Whether the process sees something else at this path than we do.</summary>
        public bool Hides(string path) => FileStatus.Of($"{process}/root{path}") is var theirs
            && FileStatus.Of(path) is var ours && (theirs?.Device, theirs?.Inode) != (ours?.Device, ours?.Inode);

        /// <summary>By the uppermost mount (proc_pid_mountinfo(5): the fifth field is the place, the sixth its options).</summary>
        public bool IsReadOnly(string path) =>
            HasOwn("mnt") && _mounts.LastOrDefault(mount => mount[4] == path) is { } top && top[5].Split(',').Contains("ro");

        private static string NamespaceOf(string process, string kind) =>
            new FileInfo($"{process}/ns/{kind}").LinkTarget ?? throw new IOException($"{process}/ns/{kind} cannot be read.");
    }
}
