using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Sandbox;

/// <summary>
/// A program that tries what a guest would try that has broken out into its QEMU, and tells what it was able to do. It runs in a
/// VM's own unit, of which a drop-in exchanges the program and nothing else; or without any sandbox, to prove that it tries.
/// </summary>
internal sealed class Intruder(IReadOnlyDictionary<string, string> aims)
{
    private const string Python = "/usr/bin/python3";

    private static string Script => Path.Combine(Environment.GetEnvironmentVariable("AETHERSCALE_TEST_SOURCES")!, "tests/guests/intruder.py");

    /// <summary>What it did in the VM's unit.</summary>
    /// <returns>Each try with <c>done</c>, or the error that kept it.</returns>
    public async Task<IReadOnlyDictionary<string, string>> InUnitAsync(string unit)
    {
        var folder = Directory.CreateTempSubdirectory("aetherscale-intruder-").FullName;
        var dropIn = $"{TestEnvironment.UnitFolder}/{unit}.d/intruder.conf";
        Directory.CreateDirectory(Path.GetDirectoryName(dropIn)!);
        await File.WriteAllTextAsync(
            dropIn,
            $"""
            [Service]
            Type=oneshot
            ExecStart=
            ExecStart={Python} - {string.Join(' ', Words)}
            ExecStop=
            Restart=no
            StandardInput=file:{Script}
            StandardOutput=truncate:{folder}/told
            """);
        try
        {
            (await Systemctl.RunAsync("start", unit)).Succeeded();
            return Parse(await File.ReadAllTextAsync($"{folder}/told"));
        }
        finally
        {
            File.Delete(dropIn);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What it did as an ordinary program of the same user.</summary>
    public async Task<IReadOnlyDictionary<string, string>> InTheOpenAsync() =>
        Parse((await Tool.RunAsync(Python, [Script, .. Words], new Dictionary<string, string>())).Succeeded().Output);

    private IEnumerable<string> Words => aims.Select(aim => $"{aim.Key}={aim.Value}");

    private static Dictionary<string, string> Parse(string told)
    {
        using var document = JsonDocument.Parse(told);
        return document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!);
    }
}
