namespace Aetherscale.Cli.Output;

/// <summary>The meaning of a cell, which a terminal may show as a colour.</summary>
internal enum Tone
{
    Plain,
    Faint,
    Strong,
    Good,
    Busy,
    Bad,
}

/// <summary>One value of a table; null where there is none.</summary>
internal readonly record struct Cell(string? Text, Tone Tone = Tone.Plain);

/// <summary>Rows and columns, not laid out. Without headers, the first column names the second.</summary>
internal record Sheet(IReadOnlyList<string>? Headers, IReadOnlyList<IReadOnlyList<Cell>> Rows)
{
    /// <summary>Writes it for a pipe.</summary>
    public virtual void WritePlain(Terminal terminal) => PlainSheet.Write(this, terminal.Out);
}

/// <summary>An answer as a table, and as what <c>--quiet</c> leaves of it.</summary>
/// <param name="Sheet">The table.</param>
/// <param name="Ids">The lines of <c>--quiet</c>.</param>
/// <param name="WhenEmpty">What a person is told instead of an empty table.</param>
internal sealed record Screen(Sheet Sheet, IReadOnlyList<string> Ids, string? WhenEmpty = null)
{
    /// <summary>Where the answer is text and no table: its lines, fit for a terminal.</summary>
    public IReadOnlyList<string>? Lines { get; init; }

    /// <summary>What is said on standard error besides, unless <c>--quiet</c>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
