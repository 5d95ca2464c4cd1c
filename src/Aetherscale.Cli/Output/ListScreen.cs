using System.Globalization;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of list-vms.</summary>
internal static class ListScreen
{
    private static readonly string[] s_headers = ["VM-ID", "NAME", "STATUS", "ADDRESS", "IMAGE", "CPUS", "MEMORY", "AUTOSTART", "HINT"];

    public static Screen Of(IReadOnlyList<Reply> replies)
    {
        Cell[][] rows = [.. replies.SelectMany(reply => reply.Read(VmRows.Read))];
        var columns = rows.Any(row => row[^1].Text is not null) ? s_headers.Length : s_headers.Length - 1;
        return new Screen(
            new Sheet(s_headers[..columns], [.. rows.Select(row => new ArraySegment<Cell>(row, 0, columns))]),
            [.. rows.Select(row => row[0].Text!)],
            "There are no VMs yet. Make one:  aetherscale-cli create-vm --image IMAGE");
    }

    /// <summary>MiB, as <c>--memory</c> takes it.</summary>
    public static string? Memory(int? mebibytes) =>
        mebibytes is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number}M") : null;

    /// <summary>Whether a VM starts at boot; the policy behind that follows, and says more where it is why.</summary>
    public static string? Autostart(string? fact, string? next) => (fact, next) switch
    {
        ("yes", "always") or ("no", "never") or (_, "yes" or "no") => next,
        _ => fact,
    };

    public static string? YesOrNo(bool? value) => value switch { true => "yes", false => "no", null => null };
}
