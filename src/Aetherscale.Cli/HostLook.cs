using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli;

/// <summary>What can be told of the host without its daemon: why it may not answer.</summary>
internal static class HostLook
{
    private static readonly string[] s_machineUnits = ["/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"];

    private static readonly string[] s_systemUnits = ["/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"];

    /// <param name="around">The machine.</param>
    /// <param name="isSystem">Whether the machine's own daemon is meant, and not the user's.</param>
    public static IReadOnlyList<DoctorFinding> At(Surroundings around, bool isSystem) =>
        isSystem ? [SystemService()] : [Manager(around), Service(around)];

    private static DoctorFinding SystemService() =>
        s_systemUnits.Select(folder => $"{folder}/aetherscale.service").FirstOrDefault(File.Exists) is { } unit
            ? Ok("service", $"{unit}; what it said last:  journalctl -n 20 -u aetherscale")
            : Fail("service", "the daemon is not installed as a service of this machine", "sudo ./install.sh --system");

    private static DoctorFinding Manager(Surroundings around)
    {
        var user = around.SetVariable("USER") ?? around.UserId.ToString(CultureInfo.InvariantCulture);
        var runtime = around.SetVariable("XDG_RUNTIME_DIR")
            ?? Path.Join(around.RuntimeFolders, around.UserId.ToString(CultureInfo.InvariantCulture));
        return !Directory.Exists(runtime)
            ? Fail("systemd", $"{runtime} is missing: {user} has no user manager here", $"sudo loginctl enable-linger {user}")
            : !File.Exists($"{runtime}/systemd/private")
                ? Fail("systemd", $"no user manager answers in {runtime}", $"sudo systemctl start user@{around.UserId}")
                : Ok("systemd", $"the user manager has its socket in {runtime}");
    }

    private static DoctorFinding Service(Surroundings around)
    {
        var config = around.SetVariable("XDG_CONFIG_HOME") ?? Path.Join(around.SetVariable("HOME"), ".config");
        var unit = s_machineUnits.Prepend(Path.Join(config, "systemd/user"))
            .Select(folder => $"{folder}/aetherscale.service")
            .FirstOrDefault(File.Exists);
        return unit is null
            ? Fail("service", "the daemon is not installed as a service of yours", "./run.sh")
            : Ok("service", $"{unit}; what it said last:  journalctl --user -n 20 -u aetherscale");
    }

    private static DoctorFinding Ok(string check, string found) => new() { Check = check, Status = DoctorStatus.Ok, Found = found };

    private static DoctorFinding Fail(string check, string found, string mend) =>
        new() { Check = check, Status = DoctorStatus.Fail, Found = found, Mend = mend };
}
