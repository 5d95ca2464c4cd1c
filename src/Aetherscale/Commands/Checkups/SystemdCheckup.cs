using System.Globalization;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether the user's manager answers, and is new enough.</summary>
internal sealed class SystemdCheckup(SystemdManager systemd) : ICheckup
{
    /// <summary>The first that knows <c>Upholds=</c>, by which networks come back.</summary>
    private const int Oldest = 249;

    public string Name => "systemd";

    private string Manager => systemd?.Scope == SystemdScope.System ? "PID 1" : "the user manager";

    public async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            return [Judge(await systemd.GetVersionAsync(cancellationToken))];
        }
        catch (AetherscaleException error) when (error.Code == ErrorCodes.SystemdUnavailable)
        {
            return [Finding.Fail(Name, error.Message, systemd.Scope == SystemdScope.System ? null : "sudo systemctl start user@$(id -u).service")];
        }
    }

    /// <summary>What to say of a version, such as <c>252.39-1~deb12u2</c>.</summary>
    internal DoctorFinding Judge(string version)
    {
        var digits = string.Concat(version.TakeWhile(char.IsAsciiDigit));
        var isOld = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Oldest;
        return isOld
            ? Finding.Fail(
                Name,
                $"{Manager} is of systemd {Quoted.Plain(version)}; {Oldest} or newer is needed, as Debian has it from 12 on",
                "sudo apt-get update && sudo apt-get install systemd")
            : Finding.Ok(Name, $"{Manager} answers, systemd {Quoted.Plain(version)}");
    }
}
