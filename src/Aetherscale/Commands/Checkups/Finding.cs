using Aetherscale.Contract.Commands;

namespace Aetherscale.Commands.Checkups;

/// <summary>Makes findings.</summary>
internal static class Finding
{
    public static DoctorFinding Ok(string check, string found) => Of(check, DoctorStatus.Ok, found, null);

    public static DoctorFinding Warning(string check, string found, string? mend = null) => Of(check, DoctorStatus.Warning, found, mend);

    public static DoctorFinding Fail(string check, string found, string? mend = null) => Of(check, DoctorStatus.Fail, found, mend);

    /// <summary>The gravest status among them.</summary>
    public static string Gravest(IEnumerable<DoctorFinding> findings) => findings.Select(finding => finding.Status).MaxBy(Gravity) ?? DoctorStatus.Ok;

    private static int Gravity(string status) => status switch
    {
        DoctorStatus.Ok => 0,
        DoctorStatus.Warning => 1,
        _ => 2,
    };

    private static DoctorFinding Of(string check, string status, string found, string? mend) =>
        new() { Check = check, Status = status, Found = found, Mend = mend };
}
