using System.Globalization;
using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether the user's manager answers, and is new enough.</summary>
internal sealed class SystemdCheckup(SystemdManager systemd) : ICheckup
{
    /// <summary>The first that knows <c>Upholds=</c>, by which networks come back.</summary>
    private const int Oldest = 249;

    public string Name => "systemd";

    public async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        // Such as "252.39-1~deb12u2".
        var version = await systemd.GetVersionAsync(cancellationToken);
        var digits = string.Concat(version.TakeWhile(char.IsAsciiDigit));
        var isOld = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Oldest;
        return [isOld
            ? Finding.Fail(Name, $"the user manager is of systemd {Quoted.Plain(version)}; {Oldest} or newer is needed")
            : Finding.Ok(Name, $"the user manager answers, systemd {Quoted.Plain(version)}")];
    }
}
