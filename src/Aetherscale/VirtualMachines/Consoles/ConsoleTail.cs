namespace Aetherscale.VirtualMachines.Consoles;

/// <summary>The last of what a guest printed on its console, for those who come later.</summary>
internal sealed class ConsoleTail
{
    /// <summary>Bytes that are kept at least: some screens of text.</summary>
    public const int Bound = 16 * 1024;

    private const byte Escape = 0x1B;
    private readonly byte[] _bytes = new byte[2 * Bound];
    private int _length;

    public void Append(ReadOnlySpan<byte> printed)
    {
        printed = printed[Math.Max(0, printed.Length - Bound)..];
        if (_length + printed.Length > _bytes.Length)
        {
            _bytes.AsSpan(_length - Bound, Bound).CopyTo(_bytes);
            _length = Bound;
        }

        printed.CopyTo(_bytes.AsSpan(_length));
        _length += printed.Length;
    }

    /// <summary>
    /// The last lines as text with its colours. All other escape sequences are left out: a terminal would answer those that ask
    /// it something, and its answer would be typed into the guest.
    /// </summary>
    public byte[] LastLines(int lines)
    {
        var start = _length;
        var wanted = lines;
        while (start > 0 && wanted > 0 && (_bytes[start - 1] != '\n' || start == _length || --wanted > 0))
        {
            start--;
        }

        return WithoutSequences(_bytes.AsSpan(start, lines > 0 ? _length - start : 0));
    }

    private static byte[] WithoutSequences(ReadOnlySpan<byte> text)
    {
        var plain = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != Escape)
            {
                plain.Add(text[i]);
                continue;
            }

            var length = SequenceLength(text[i..]);
            if (length > 2 && text[i + 1] == '[' && text[i + length - 1] == 'm')
            {
                plain.AddRange(text.Slice(i, length));
            }

            i += length - 1;
        }

        return [.. plain];
    }

    /// <summary>Of the sequence at the beginning, as far as it is there (ECMA-48).</summary>
    private static int SequenceLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2)
        {
            return text.Length;
        }

        var end = text[1] switch
        {
            (byte)'[' => text[2..].IndexOfAnyInRange((byte)0x40, (byte)0x7E),
            (byte)']' or (byte)'P' or (byte)'^' or (byte)'_' or (byte)'X' => text[2..].IndexOfAny((byte)0x07, (byte)'\\'),
            _ => text[1..].IndexOfAnyInRange((byte)0x30, (byte)0x7E) - 1,
        };
        return end < -1 || (end < 0 && text[1] is (byte)'[' or (byte)']' or (byte)'P') ? text.Length : end + 3;
    }
}
