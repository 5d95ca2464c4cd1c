using System.Text;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What a guest with systemd, but without cloud-init, is told when it boots: system credentials in SMBIOS strings, each in a file of its
/// own that QEMU reads. See systemd.system-credentials(7) and smbios-type-11(7).
/// </summary>
internal static class SystemCredentials
{
    /// <summary>root's keys (systemd 252).</summary>
    public const string RootKeys = "ssh.authorized_keys.root";

    /// <summary>The guest's name (systemd 254).</summary>
    public const string Hostname = "system.hostname";

    /// <summary>The script; the unit that runs it is told by the next two (systemd 256).</summary>
    public const string InitScript = "aetherscale.init-script";

    public const string Grammar = "names of letters, digits, dots, hyphens and underscores that begin with a letter";

    private const string InitUnit = "aetherscale-init.service";
    private const string Prefix = "io.systemd.credential.binary:";

    // All of a machine's SMBIOS tables may have 64 KiB.
    private const int MaxBytes = 32 * 1024;

    /// <summary>The files' names, which are the credentials', and what stands in each. What would be too long for SMBIOS is left to the seed.</summary>
    public static IReadOnlyDictionary<string, byte[]> Of(FirstBoot told, VmSpec spec)
    {
        var credentials = new Dictionary<string, byte[]>();
        if (told.IsEmpty)
        {
            return credentials;
        }

        Add((Hostname, told.NameOf(spec)));
        if (told.SshKeys.Count > 0)
        {
            Add((RootKeys, string.Concat(told.SshKeys.Select(key => key + "\n"))));
        }

        if (told.InitScript is not null)
        {
            Add(
                (InitScript, told.InitScript),
                ($"systemd.extra-unit.{InitUnit}", UnitOf(spec.VmId)),
                ("systemd.unit-dropin.multi-user.target", $"[Unit]\nWants={InitUnit}\n"));
        }

        return credentials;

        void Add(params ReadOnlySpan<(string Name, string Content)> together)
        {
            var size = credentials.Sum(one => one.Value.Length);
            var added = new Dictionary<string, byte[]>();
            foreach (var (name, content) in together)
            {
                added[name] = Encoding.ASCII.GetBytes($"{Prefix}{name}={Convert.ToBase64String(Encoding.UTF8.GetBytes(content))}");
                size += added[name].Length;
            }

            if (size <= MaxBytes)
            {
                added.ToList().ForEach(one => credentials.Add(one.Key, one.Value));
            }
        }
    }

    public static bool IsName(string? name) => name is { Length: > 0 and <= 128 } && char.IsAsciiLetter(name[0])
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');

    // Where cloud-init is at work it runs the script. The copy stands for that it has been run; a VM made anew has another id.
    private static string UnitOf(string vmId) =>
        $"""
        [Unit]
        Description=Init script of aetherscale VM {vmId}
        ConditionPathExists=!/run/cloud-init/enabled
        ConditionPathExists=!/var/lib/aetherscale/init-{vmId}
        Wants=network-online.target
        After=network-online.target multi-user.target

        [Service]
        Type=oneshot
        ImportCredential={InitScript}
        StateDirectory=aetherscale
        StateDirectoryMode=0700
        WorkingDirectory=/var/lib/aetherscale
        ExecStart=/bin/sh -ec 'cat %d/{InitScript} >new; chmod 0700 new; sync new; mv new init-{vmId}; exec ./init-{vmId}'
        StandardOutput=journal+console

        """;
}
