using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of doctor: one line for each finding.</summary>
internal static class DoctorScreen
{
    private static readonly string[] s_headers = ["STATUS", "CHECK", "FOUND"];

    /// <param name="replies">Of the daemon.</param>
    /// <param name="other">Its user, where that is not the one who asks and is to type what mends it.</param>
    public static Screen Of(IReadOnlyList<Reply> replies, SocketOwner? other) =>
        Of([.. replies.SelectMany(reply => reply.Read(Replies.Json.DoctorResponse).Findings)
            .Select(finding => finding.Mend is { } mend && other is not null ? finding with { Mend = other.Typed(mend) } : finding)]);

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
