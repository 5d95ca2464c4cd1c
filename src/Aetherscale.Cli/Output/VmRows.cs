using System.Text;
using System.Text.Json;

namespace Aetherscale.Cli.Output;

/// <summary>
/// Reads list-vms' answer, an array of <see cref="Contract.Commands.VmSummary"/>, straight into the cells of its table. By way of
/// such objects a thousand VMs take many times as long, and that is what a list is waited for.
/// </summary>
internal static class VmRows
{
    /// <summary>The columns of the table, in the order in which they are shown; behind them what is read besides.</summary>
    public enum Column
    {
        VmId,
        Name,
        Status,
        Address,
        Image,
        Cpus,
        Memory,
        Autostart,
        Host,
        Hint,
        Policy,
        Unknown,
    }

    public const int Columns = (int)Column.Policy;

    /// <summary>Adds a row for each VM.</summary>
    /// <exception cref="JsonException">The answer is something else.</exception>
    public static void Read(ReadOnlySpan<byte> json, Utf8Table table)
    {
        var reader = new Utf8JsonReader(json);
        Span<Range> row = stackalloc Range[(int)Column.Unknown];
        var isList = reader.Read() && reader.TokenType == JsonTokenType.StartArray;
        while (isList && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            row.Clear();
            ReadRow(ref reader, row);
            if (IsEmpty(row[(int)Column.VmId]) || IsEmpty(row[(int)Column.Status]))
            {
                throw new JsonException("a VM without vm-id or status");
            }

            for (var column = Column.VmId; (int)column < Columns; column++)
            {
                AddCell(column, json, row, table);
            }
        }

        if (reader.TokenType != JsonTokenType.EndArray)
        {
            throw new JsonException("no list of VMs");
        }
    }

    private static void ReadRow(ref Utf8JsonReader reader, scoped Span<Range> row)
    {
        var column = Column.VmId;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            column = ColumnOf(ref reader, column);
            reader.Read();
            if (column == Column.Unknown)
            {
                reader.Skip();
            }
            else
            {
                Check(ref reader, column);
                var start = (int)reader.TokenStartIndex;
                // A string's quotes are left in it: it may have to be read once more.
                row[(int)column] = reader.TokenType == JsonTokenType.Null ? default : start..(int)reader.BytesConsumed;
            }
        }
    }

    /// <summary>Which column the member is that the reader is at. Members mostly come in the order of the columns.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="before">The column before.</param>
    private static Column ColumnOf(ref Utf8JsonReader reader, Column before)
    {
        for (var tried = 0; tried < (int)Column.Unknown; tried++)
        {
            var column = (Column)(((int)before + 1 + tried) % (int)Column.Unknown);
            if (reader.ValueTextEquals(Member(column)))
            {
                return column;
            }
        }

        return Column.Unknown;
    }

    private static ReadOnlySpan<byte> Member(Column column) => column switch
    {
        Column.VmId => "vm-id"u8,
        Column.Name => "name"u8,
        Column.Status => "status"u8,
        Column.Address => "address"u8,
        Column.Image => "image"u8,
        Column.Cpus => "cpus"u8,
        Column.Memory => "memory"u8,
        Column.Autostart => "autostart"u8,
        Column.Host => "host"u8,
        Column.Hint => "hint"u8,
        _ => "autostart-policy"u8,
    };

    private static void Check(ref Utf8JsonReader reader, Column column)
    {
        _ = (reader.TokenType, column) switch
        {
            (JsonTokenType.Null, _) => true,
            (JsonTokenType.True or JsonTokenType.False, Column.Autostart) => true,
            (JsonTokenType.Number, Column.Cpus or Column.Memory) when reader.TryGetInt32(out _) => true,
            (JsonTokenType.String, not (Column.Cpus or Column.Memory or Column.Autostart)) => true,
            _ => throw new JsonException($"{reader.TokenType} for {column}"),
        };
    }

    private static void AddCell(Column column, ReadOnlySpan<byte> json, ReadOnlySpan<Range> row, Utf8Table table)
    {
        var value = json[row[(int)column]];
        switch (column)
        {
            case var _ when value.IsEmpty:
                table.Add([]);
                break;
            case Column.Cpus:
                table.Add(value);
                break;
            case Column.Memory:
                table.Add(value, "M"u8);
                break;
            case Column.Autostart:
                table.Add(Autostart(value[0] == (byte)'t', json[row[(int)Column.Policy]]));
                break;
            default:
                table.Add(TextOf(value));
                break;
        }
    }

    /// <summary>Whether a VM starts at boot; the policy behind that instead, where it says more and is why.</summary>
    private static ReadOnlySpan<byte> Autostart(bool starts, ReadOnlySpan<byte> policy) => starts
        ? policy.SequenceEqual("\"always\""u8) ? "always"u8 : "yes"u8
        : policy.SequenceEqual("\"never\""u8) ? "never"u8 : "no"u8;

    /// <summary>A string as it is shown, from the string as it is written.</summary>
    private static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> quoted)
    {
        var text = quoted[1..^1];
        if (!text.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !text.Contains((byte)'\\'))
        {
            return text;
        }

        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return Encoding.UTF8.GetBytes(TerminalText.Escape(reader.GetString()!));
    }

    private static bool IsEmpty(Range range) => range.Equals(default);
}
