using System.Globalization;
using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>
/// Counts the calls by which a daemon changes files and talks to systemd, over all its threads, and has the one that is wanted
/// fail, or kills the daemon in its place (tests/faults/faults.c).
/// </summary>
internal sealed partial class FaultTracer : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Program => $"{_folder.Path}/faults";

    private string ArmFile => $"{_folder.Path}/arm";

    private string ReportFile => $"{_folder.Path}/report";

    /// <summary>Whether what was armed is still to come.</summary>
    public bool IsArmed => File.Exists(ArmFile);

    /// <summary>The calls that were counted since <see cref="Arm"/>, as <c>NUMBER CALL WHAT</c>; <c>!</c> ends the one that did not happen.</summary>
    public IReadOnlyList<string> Report => File.Exists(ReportFile) ? File.ReadAllLines(ReportFile) : [];

    public static async Task<FaultTracer> CreateAsync()
    {
        var tracer = new FaultTracer();
        (await Tool.RunAsync("/usr/bin/gcc", "-O1", "-o", tracer.Program, $"{TestEnvironment.Sources}/tests/faults/faults.c")).Succeeded();
        return tracer;
    }

    /// <summary>What the daemon of this host is started by.</summary>
    public IReadOnlyList<string> LauncherFor(TestHost host) =>
        [Program, ArmFile, ReportFile, $"{host.Data}:{TestEnvironment.UnitFolder}"];

    /// <summary>From now on calls are counted.</summary>
    /// <param name="number">The one that does not happen, of those whose line holds the text; 0 for none.</param>
    /// <param name="error">The errno that it returns; 0 when the daemon is killed instead.</param>
    /// <param name="text">Part of a line of the report.</param>
    public void Arm(int number, int error = 0, string text = "")
    {
        File.Delete(ArmFile);
        File.WriteAllText(ReportFile, "");
        var next = ArmFile + ".next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{number} {(error == 0 ? "kill" : error)} {text}"));
        File.Move(next, ArmFile);
    }

    public void Disarm() => File.Delete(ArmFile);

    /// <summary>The ids of the VMs that the counted calls were about.</summary>
    public IEnumerable<string> Vms() => Report.Select(line => VmPattern().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex(@"/vms/(?:\.unfinished-)?([a-z]{8})")]
    private static partial Regex VmPattern();
}
