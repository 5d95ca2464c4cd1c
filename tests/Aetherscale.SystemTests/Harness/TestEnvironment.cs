using System.Globalization;
using Aetherscale.Systemd;

namespace Aetherscale.SystemTests.Harness;

/// <summary>What <c>./test.sh</c> prepared for these tests.</summary>
internal static class TestEnvironment
{
    /// <summary>Holds <c>aetherscale</c>, <c>aetherscale-cli</c> and <c>aetherscale-stop</c>, published.</summary>
    public static string Programs { get; } = Required("AETHERSCALE_TEST_PROGRAMS");

    /// <summary>Holds <c>tiny.qcow2</c> and the boot-sector guests.</summary>
    public static string Images { get; } = Required("AETHERSCALE_TEST_IMAGES");

    /// <summary>The repository.</summary>
    public static string Sources { get; } = Required("AETHERSCALE_TEST_SOURCES");

    public static string Home { get; } = Required("HOME");

    /// <summary>Whether the daemons are the machine's, with units of PID 1: the tests run as root, on a machine that is theirs alone.</summary>
    public static bool IsSystem { get; } = Environment.GetEnvironmentVariable("AETHERSCALE_TEST_MODE") == "system";

    /// <summary>Whose systemd runs the VMs.</summary>
    internal static SystemdScope Scope => IsSystem ? SystemdScope.System : SystemdScope.User;

    /// <summary>Where a real systemd answers.</summary>
    public static string RuntimeDirectory { get; } = IsSystem ? "/run" : Required("XDG_RUNTIME_DIR");

    public static string UnitFolder { get; } = IsSystem ? "/etc/systemd/system" : Path.Combine(Home, ".config/systemd/user");

    /// <summary>Where the links stand to what starts at boot.</summary>
    public static string WantsFolder { get; } = $"{UnitFolder}/{Scope.BootTarget()}.wants";

    /// <summary>Where daemons of tests have their state.</summary>
    public static string StateHome { get; } = IsSystem ? "/var/lib" : $"{Home}/.local/share";

    /// <summary>What the daemon is told first.</summary>
    public static IReadOnlyList<string> Daemon { get; } = IsSystem ? ["--system"] : [];

    /// <summary>What <c>systemctl</c>, <c>journalctl</c>, <c>systemd-run</c> and <c>systemd-analyze</c> are told first.</summary>
    public static IReadOnlyList<string> Manager { get; } = IsSystem ? [] : ["--user"];

    /// <summary>Whose tests these are.</summary>
    public static async Task<string> UserIdAsync() => (await Tool.RunAsync("/usr/bin/id", "-u")).Output.Trim();

    /// <summary>What a variable sets for this run, or what is meant otherwise.</summary>
    public static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static string Required(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{variable} is not set: run these tests with ./test.sh.");
}
