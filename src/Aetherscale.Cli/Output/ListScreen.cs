using System.Globalization;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of list-vms.</summary>
internal static class ListScreen
{
    private static readonly string[] s_headers = ["VM-ID", "NAME", "STATUS", "ADDRESS", "IMAGE", "CPUS", "MEMORY", "AUTOSTART", "HOST", "HINT"];

    public static Screen Of(IReadOnlyList<Reply> replies)
    {
        var table = new Utf8Table(VmRows.Columns);
        foreach (var reply in replies)
        {
            reply.Read(json => VmRows.Read(json, table));
        }

        int[] columns =
        [
            .. Enumerable.Range(0, VmRows.Columns)
                .Where(column => (VmRows.Column)column is not (VmRows.Column.Host or VmRows.Column.Hint) || table.HasAny(column)),
        ];
        var sheet = new LongSheet(table, columns, [.. columns.Select(column => s_headers[column])], CellOf);
        return new Screen(
            sheet,
            sheet.Texts((int)VmRows.Column.VmId),
            "There are no VMs yet. Make one:  aetherscale-cli create-vm --image IMAGE");
    }

    /// <summary>MiB, as <c>--memory</c> takes it.</summary>
    public static string? Memory(int? mebibytes) =>
        mebibytes is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number}M") : null;

    public static string? YesOrNo(bool? value) => value switch { true => "yes", false => "no", null => null };

    private static Cell CellOf(int column, string text) => (VmRows.Column)column switch
    {
        VmRows.Column.VmId => new Cell(text, Tone.Strong),
        VmRows.Column.Status => StatusCell.Of(text),
        _ => new Cell(text),
    };
}
