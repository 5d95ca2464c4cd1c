using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli;

/// <summary>What can be told of the host without its daemon: why it may not answer.</summary>
internal static class HostLook
{
    /// <summary>Into whose hands run.sh puts everything when root calls it.</summary>
    private const string UserOfRoot = "aetherscale";

    private const string OwnLog = "journalctl --user -n 20 -u aetherscale";

    private static readonly string[] s_machineUnits = ["/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"];

    private static readonly string[] s_systemUnits = ["/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"];

    /// <param name="socket">Where no daemon answers.</param>
    /// <param name="around">The machine.</param>
    public static IReadOnlyList<DoctorFinding> At(string socket, Surroundings around) =>
        socket == around.SystemSocket ? [SystemService()]
        : (SocketOwner.Other(socket, around), around.UserId == 0) switch
        {
            (null, false) => [Manager(around), Service(around)],
            (null, true) => [Fail("service", "a user's daemon never runs as root, and none of another user's is named", "./run.sh")],
            ({ } other, true) => [ManagerOf(other), ServiceOf(other)],
            ({ } other, false) => [NotSeen(other)],
        };

    private static DoctorFinding SystemService() =>
        s_systemUnits.Select(folder => $"{folder}/aetherscale.service").FirstOrDefault(File.Exists) is { } unit
            ? Ok("service", $"{unit}; what it said last:  journalctl -n 20 -u aetherscale")
            : Fail("service", "the daemon is not installed as a service of this machine", "sudo ./install.sh --system");

    private static DoctorFinding Manager(Surroundings around)
    {
        var id = around.UserId.ToString(CultureInfo.InvariantCulture);
        return Manager(around.SetVariable("XDG_RUNTIME_DIR") ?? Path.Join(around.RuntimeFolders, id), around.SetVariable("USER") ?? id, id, "sudo ");
    }

    private static DoctorFinding ManagerOf(SocketOwner other)
    {
        var id = other.Uid.ToString(CultureInfo.InvariantCulture);
        return Manager(other.RuntimeFolder, other.Name ?? id, id, sudo: "");
    }

    private static DoctorFinding Manager(string runtime, string user, string id, string sudo) =>
        !Directory.Exists(runtime)
            ? Fail("systemd", $"{runtime} is missing: {user} has no user manager here", $"{sudo}loginctl enable-linger {user}")
            : !File.Exists($"{runtime}/systemd/private")
                ? Fail("systemd", $"no user manager answers in {runtime}", $"{sudo}systemctl start user@{id}")
                : Ok("systemd", $"the user manager has its socket in {runtime}");

    private static DoctorFinding Service(Surroundings around) =>
        UnitIn(around.SetVariable("XDG_CONFIG_HOME") ?? Path.Join(around.SetVariable("HOME"), ".config")) is { } unit
            ? Ok("service", $"{unit}; what it said last:  {OwnLog}")
            : Fail("service", "the daemon is not installed as a service of yours", "./run.sh");

    private static DoctorFinding ServiceOf(SocketOwner other) =>
        UnitIn(Path.Join(other.Home, ".config")) is { } unit
            ? Ok("service", $"{unit}; what it said last:  {other.Typed(OwnLog)}")
            : Fail(
                "service",
                $"the daemon is not installed as a service of {Words(other)}",
                other.Name == UserOfRoot ? "./run.sh" : null);

    private static string? UnitIn(string config) => s_machineUnits.Prepend(Path.Join(config, "systemd/user"))
        .Select(folder => $"{folder}/aetherscale.service")
        .FirstOrDefault(File.Exists);

    private static DoctorFinding NotSeen(SocketOwner other) => new()
    {
        Check = "service",
        Status = DoctorStatus.Warning,
        Found = $"only root and {Words(other)} can see whether it is installed",
    };

    private static string Words(SocketOwner other) => other.Name ?? $"the user with uid {other.Uid}";

    private static DoctorFinding Ok(string check, string found) => new() { Check = check, Status = DoctorStatus.Ok, Found = found };

    private static DoctorFinding Fail(string check, string found, string? mend) =>
        new() { Check = check, Status = DoctorStatus.Fail, Found = found, Mend = mend };
}
