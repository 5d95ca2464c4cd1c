namespace Aetherscale.SystemTests.Harness;

/// <summary>The units of one daemon, among those of others.</summary>
/// <param name="data">Its state folder.</param>
internal sealed class HostUnits(string data)
{
    /// <summary>The unit files that carry this state folder's mark.</summary>
    public IReadOnlyList<string> Ours() => !Directory.Exists(TestEnvironment.UnitFolder) ? [] :
    [
        .. Directory.GetFiles(TestEnvironment.UnitFolder, "aetherscale-*.service")
            .Where(IsOurs)
            .Select(file => Path.GetFileName(file)!),
    ];

    /// <summary>Ends what runs, VMs before their networks, and removes the files with what was added to them.</summary>
    public async Task RemoveAsync()
    {
        var units = Ours();
        var loaded = (await Systemctl.LoadedUnitsAsync("aetherscale-*")).Intersect(units);
        foreach (var group in loaded.GroupBy(IsVm).OrderByDescending(group => group.Key))
        {
            await Systemctl.RunAsync(["kill", "--signal=KILL", .. group]);
            await Systemctl.RunAsync(["stop", .. group]);
            await Systemctl.RunAsync(["reset-failed", .. group]);
        }

        foreach (var unit in units)
        {
            File.Delete($"{TestEnvironment.UnitFolder}/{unit}");
            if (Directory.Exists($"{TestEnvironment.UnitFolder}/{unit}.d"))
            {
                Directory.Delete($"{TestEnvironment.UnitFolder}/{unit}.d", recursive: true);
            }

            if (Directory.Exists(TestEnvironment.WantsFolder))
            {
                File.Delete($"{TestEnvironment.WantsFolder}/{unit}");
            }
        }
    }

    private static bool IsVm(string unit) => unit.StartsWith("aetherscale-vm-", StringComparison.Ordinal);

    private bool IsOurs(string unitFile)
    {
        try
        {
            return File.ReadAllText(unitFile).Contains($"X-Aetherscale-State={data}\n");
        }
        catch (FileNotFoundException)
        {
            // Another test's, which has removed it since.
            return false;
        }
    }
}
