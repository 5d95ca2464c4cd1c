using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of doctor: one line for each finding.</summary>
internal static class DoctorScreen
{
    private static readonly string[] s_headers = ["STATUS", "CHECK", "FOUND"];

    public static Screen Of(IReadOnlyList<Reply> replies) =>
        Of([.. replies.SelectMany(reply => reply.Read(Replies.Json.DoctorResponse).Findings)]);

    /// <summary><c>--quiet</c> leaves the names of what is not as it should be.</summary>
    public static Screen Of(IReadOnlyList<DoctorFinding> findings) => new(
        new Sheet(s_headers, [.. findings.Select(Row)]),
        [.. findings.Where(finding => finding.Status != DoctorStatus.Ok).Select(finding => finding.Check).Distinct()]);

    private static Cell[] Row(DoctorFinding finding) =>
    [
        new(finding.Status, finding.Status switch
        {
            DoctorStatus.Ok => Tone.Good,
            DoctorStatus.Warning => Tone.Busy,
            _ => Tone.Bad,
        }),
        new(finding.Check),
        new(finding.Mend is null ? finding.Found : $"{finding.Found}; do:  {finding.Mend}"),
    ];
}
