using System.Buffers;
using System.Text;

namespace Aetherscale.Systemd.Journal;

/// <summary>The fields of one journal entry, laid out one after the other as <c>NAME=value</c>.</summary>
internal sealed class JournalEntry
{
    // journald refuses names beyond this.
    private const int MaximumNameLength = 64;

    private readonly ArrayBufferWriter<byte> _bytes = new(512);
    private readonly List<int> _ends = [];

    /// <summary>Adds a field; the value may hold anything, line breaks too.</summary>
    /// <param name="name">Upper-case letters, digits and underscores.</param>
    /// <param name="value">The value.</param>
    public void Add(string name, string value)
    {
        Encoding.UTF8.GetBytes(name, _bytes);
        Encoding.UTF8.GetBytes("=", _bytes);
        Encoding.UTF8.GetBytes(value, _bytes);
        _ends.Add(_bytes.WrittenCount);
    }

    /// <summary>A key of a log message as a field's name: <c>VmId</c> becomes <c>AETHERSCALE_VM_ID</c>.</summary>
    public static string FieldName(string key)
    {
        var name = new StringBuilder("AETHERSCALE_");
        for (var i = 0; i < key.Length && name.Length < MaximumNameLength; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(key[i]) && char.IsAsciiLetterLower(key[i - 1]))
            {
                name.Append('_');
            }

            name.Append(char.IsAsciiLetterOrDigit(key[i]) ? char.ToUpperInvariant(key[i]) : '_');
        }

        return name.ToString(0, Math.Min(name.Length, MaximumNameLength));
    }

    /// <summary>The fields as text.</summary>
    public IReadOnlyList<string> Fields =>
        [.. _ends.Select((end, i) => Encoding.UTF8.GetString(_bytes.WrittenSpan[(i == 0 ? 0 : _ends[i - 1])..end]))];

    /// <summary>Hands the entry to journald. An entry that it does not take is lost: there is nowhere left to say so.</summary>
    public unsafe void Send()
    {
        var fields = stackalloc SdJournal.Field[_ends.Count];
        fixed (byte* bytes = _bytes.WrittenSpan)
        {
            for (var (i, start) = (0, 0); i < _ends.Count; start = _ends[i++])
            {
                fields[i] = new SdJournal.Field { Start = bytes + start, Length = (nuint)(_ends[i] - start) };
            }

            _ = SdJournal.Send(fields, _ends.Count);
        }
    }
}
