using System.Text.RegularExpressions;
using Aetherscale.Contract.Commands;
using Aetherscale.Processes;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether QEMU is there, and new enough. Only QEMU itself knows its version.</summary>
internal sealed partial class QemuCheckup(ProcessRunner tools, string program) : ICheckup
{
    /// <summary>The oldest that the tests run with: options as JSON for every device, and hub ports that are plugged by QMP.</summary>
    private static readonly Version s_oldest = new(7, 2);

    private const string Install = "sudo apt-get update && sudo apt-get install qemu-system-x86";

    public string Name => "qemu";

    public async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(program))
        {
            return [Finding.Fail(Name, $"{program} is missing (setting \"qemu\")", Install)];
        }

        var words = await VersionWordsAsync(cancellationToken);
        if (!Version.TryParse(VersionPattern().Match(words).Groups[1].Value, out var version))
        {
            return [Finding.Fail(Name, $"{program} does not tell its version: {Quoted.Plain(words)}", Install)];
        }

        return [version >= s_oldest
            ? Finding.Ok(Name, $"{program}, version {version}")
            : Finding.Fail(Name, $"{program} is of version {version}; {s_oldest} or newer is needed, as Debian has it from 12 on", Install)];
    }

    private async Task<string> VersionWordsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var qemu = tools.Start(program, ["--version"], notice: "");
            using var output = new StreamReader(qemu.Output);
            var words = await output.ReadLineAsync(cancellationToken) ?? "";
            var (code, error) = await qemu.WaitAsync(cancellationToken);
            return code == 0 ? words : error;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return error.Message;
        }
    }

    [GeneratedRegex(@"version (\d+\.\d+(\.\d+)?)")]
    private static partial Regex VersionPattern();
}
