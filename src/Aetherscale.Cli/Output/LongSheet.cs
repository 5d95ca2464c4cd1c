using System.Collections;
using System.Text;

namespace Aetherscale.Cli.Output;

/// <summary>A sheet of so many rows that a pipe gets them without a cell being made; a terminal's table makes them as it goes along.</summary>
/// <param name="Table">The rows.</param>
/// <param name="Columns">The columns that are shown.</param>
/// <param name="Titles">Their headers.</param>
/// <param name="CellOf">Makes a column's cell from its text.</param>
internal sealed record LongSheet(Utf8Table Table, IReadOnlyList<int> Columns, IReadOnlyList<string> Titles, Func<int, string, Cell> CellOf)
    : Sheet(Titles, new RowsOf<IReadOnlyList<Cell>>(Table, row =>
        [.. Columns.Select(column => CellOf(column, Encoding.UTF8.GetString(Table[row, column])))]))
{
    /// <summary>The lines of <c>--quiet</c>: the texts of that column.</summary>
    public IReadOnlyList<string> Texts(int column) => new RowsOf<string>(Table, row => Encoding.UTF8.GetString(Table[row, column]));

    public override void WritePlain(Terminal terminal) => terminal.Write(Table.ToPlainLines(Columns, Titles).Span);

    private sealed class RowsOf<T>(Utf8Table table, Func<int, T> make) : IReadOnlyList<T>
    {
        public int Count => table.Rows;

        public T this[int index] => make(index);

        public IEnumerator<T> GetEnumerator() => Enumerable.Range(0, Count).Select(make).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
