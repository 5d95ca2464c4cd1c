using Aetherscale.Contract.Commands;
using Aetherscale.Files;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether the clock can be right: certificates and the age of request ids depend on it.</summary>
internal sealed class ClockCheckup(TimeProvider time) : ICheckup
{
    /// <summary>Before this program was written, it cannot be.</summary>
    private const int FirstYear = 2026;

    private const int Unsynchronized = 5;

    public string Name => "clock";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var clock = default(Libc.TimexBuffer);
        return Task.FromResult<IReadOnlyList<DoctorFinding>>([
            now.Year < FirstYear ? Finding.Fail(Name, $"it is wrong: {now:u}", "sudo timedatectl set-ntp true")
            : Libc.Adjtimex(ref clock) == Unsynchronized
                ? Finding.Warning(Name, $"{now:u}; nothing keeps it right (NTP)", "sudo timedatectl set-ntp true")
                : Finding.Ok(Name, $"{now:u}, kept right by NTP")]);
    }
}
