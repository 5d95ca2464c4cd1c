using System.Text;

namespace Aetherscale.Cli.Output;

/// <summary>
/// The cells of a long table, row by row, as the bytes that a pipe gets: no text is made of them on the way, which for a thousand rows
/// is most of the time that a list takes.
/// </summary>
/// <param name="columns">How many cells a row has.</param>
internal sealed class Utf8Table(int columns)
{
    private const int Gap = 2;

    private readonly int[] _widths = new int[columns];
    private byte[] _text = new byte[16 * 1024];
    private int[] _ends = new int[columns * 256];
    private int _cells;
    private int _length;
    private bool _isAscii = true;

    public int Rows => _cells / columns;

    /// <summary>A cell's text; empty where there is no value.</summary>
    public ReadOnlySpan<byte> this[int row, int column]
    {
        get
        {
            var cell = (row * columns) + column;
            return _text.AsSpan((cell == 0 ? 0 : _ends[cell - 1]).._ends[cell]);
        }
    }

    /// <summary>Whether any cell of the column has a value.</summary>
    public bool HasAny(int column) => _widths[column] > 0;

    /// <summary>Adds the next cell of the row that is under way. Its text is fit for a terminal.</summary>
    public void Add(ReadOnlySpan<byte> text, ReadOnlySpan<byte> suffix = default)
    {
        var length = text.Length + suffix.Length;
        Grow(length);
        text.CopyTo(_text.AsSpan(_length));
        suffix.CopyTo(_text.AsSpan(_length + text.Length));
        _isAscii = _isAscii && Ascii.IsValid(_text.AsSpan(_length, length));
        _length += length;
        _ends[_cells] = _length;
        ref var width = ref _widths[_cells % columns];
        _cells++;
        width = int.Max(width, WidthOf(_text.AsSpan((_length - length).._length)));
    }

    /// <summary>These columns under their headers: aligned, nothing cut off, <c>-</c> for no value.</summary>
    public ReadOnlyMemory<byte> ToPlainLines(IReadOnlyList<int> shown, IReadOnlyList<string> headers)
    {
        int[] widths = [.. headers.Select((header, column) => int.Max(header.Length, int.Max(_widths[shown[column]], 1)))];
        // A character takes at most three bytes for each unit of its width.
        var lines = new byte[(Rows + 1) * (widths.Sum() + (Gap * widths.Length)) * (_isAscii ? 1 : 3)];
        var end = 0;
        for (var column = 0; column < widths.Length; column++)
        {
            end = Append(Encoding.UTF8.GetBytes(headers[column]), column);
        }

        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < widths.Length; column++)
            {
                end = Append(this[row, shown[column]] is { IsEmpty: false } text ? text : "-"u8, column);
            }
        }

        return lines.AsMemory(..end);

        int Append(ReadOnlySpan<byte> text, int column)
        {
            text.CopyTo(lines.AsSpan(end));
            var isLast = column == widths.Length - 1;
            var blanks = isLast ? 1 : widths[column] - WidthOf(text) + Gap;
            lines.AsSpan(end + text.Length, blanks).Fill(isLast ? (byte)'\n' : (byte)' ');
            return end + text.Length + blanks;
        }
    }

    /// <summary>As a text's length is counted everywhere else.</summary>
    private int WidthOf(ReadOnlySpan<byte> text) => _isAscii ? text.Length : Encoding.UTF8.GetCharCount(text);

    private void Grow(int length)
    {
        if (_length + length > _text.Length)
        {
            Array.Resize(ref _text, int.Max(_text.Length * 2, _length + length));
        }

        if (_cells == _ends.Length)
        {
            Array.Resize(ref _ends, _ends.Length * 2);
        }
    }
}
