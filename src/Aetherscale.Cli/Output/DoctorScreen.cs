using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of doctor: one line for each finding.</summary>
internal static class DoctorScreen
{
    private static readonly string[] s_headers = ["STATUS", "CHECK", "FOUND", "MEND"];

    public static Screen Of(IReadOnlyList<Reply> replies) =>
        Of([.. replies.SelectMany(reply => reply.Read(Replies.Json.DoctorResponse).Findings)]);

    /// <summary><c>--quiet</c> leaves the names of what is not as it should be.</summary>
    public static Screen Of(IReadOnlyList<DoctorFinding> findings)
    {
        var columns = findings.Any(finding => finding.Mend is not null) ? s_headers.Length : s_headers.Length - 1;
        return new Screen(
            new Sheet(s_headers[..columns], [.. findings.Select(finding => new ArraySegment<Cell>(Row(finding), 0, columns))]),
            [.. findings.Where(finding => finding.Status != DoctorStatus.Ok).Select(finding => finding.Check).Distinct()]);
    }

    private static Cell[] Row(DoctorFinding finding) =>
    [
        new(finding.Status, finding.Status switch
        {
            DoctorStatus.Ok => Tone.Good,
            DoctorStatus.Warning => Tone.Busy,
            _ => Tone.Bad,
        }),
        new(finding.Check),
        new(finding.Found),
        new(finding.Mend),
    ];
}
