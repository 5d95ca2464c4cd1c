namespace Aetherscale.SystemTests.Harness;

/// <summary>systemd as its user sees it, without the daemon between.</summary>
internal static class Systemctl
{
    public static Task<ToolResult> RunAsync(params string[] arguments) =>
        Tool.RunAsync("/usr/bin/systemctl", [.. TestEnvironment.Manager, .. arguments], new Dictionary<string, string>());

    /// <summary>One property of a unit, as <c>systemctl show</c> prints it.</summary>
    public static async Task<string> PropertyAsync(string unit, string property) =>
        (await RunAsync("show", "--value", "--property", property, unit)).Succeeded().Output.Trim();

    public static async Task<bool> IsActiveAsync(string unit) => await PropertyAsync(unit, "ActiveState") == "active";

    public static async Task<int> MainPidAsync(string unit) =>
        int.Parse(await PropertyAsync(unit, "MainPID"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The units that systemd has in memory, running or not.</summary>
    public static async Task<IReadOnlyList<string>> LoadedUnitsAsync(string pattern) =>
    [
        .. (await RunAsync("list-units", "--all", "--plain", "--no-legend", pattern)).Succeeded().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[0]),
    ];
}
