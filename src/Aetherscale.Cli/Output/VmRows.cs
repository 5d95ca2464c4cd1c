using System.Globalization;
using System.Text.Json;

namespace Aetherscale.Cli.Output;

/// <summary>
/// Reads list-vms' answer, an array of <see cref="Contract.Commands.VmSummary"/>, straight into the cells of its table. By way of
/// such objects a thousand VMs take three times as long, and that is what a list is waited for.
/// </summary>
internal static class VmRows
{
    /// <summary>Where a member's value stands in its row.</summary>
    private enum Column
    {
        VmId,
        Name,
        Status,
        Address,
        Image,
        Cpus,
        Memory,
        Autostart,
        Hint,
        Unknown,
    }

    /// <returns>A row for each VM, whose last cell is its hint.</returns>
    /// <exception cref="JsonException">The answer is something else.</exception>
    public static List<Cell[]> Read(ReadOnlySpan<byte> json)
    {
        var rows = new List<Cell[]>();
        var reader = new Utf8JsonReader(json);
        var isList = reader.Read() && reader.TokenType == JsonTokenType.StartArray;
        while (isList && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var row = new Cell[(int)Column.Unknown];
            ReadRow(ref reader, row, before: rows is [.., var last] ? last : row);
            if (row[(int)Column.VmId].Text is null || row[(int)Column.Status].Text is null)
            {
                throw new JsonException("a VM without vm-id or status");
            }

            rows.Add(row);
        }

        return reader.TokenType == JsonTokenType.EndArray ? rows : throw new JsonException("no list of VMs");
    }

    private static void ReadRow(ref Utf8JsonReader reader, Cell[] row, Cell[] before)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = ColumnOf(ref reader);
            reader.Read();
            if (column == Column.Unknown)
            {
                reader.Skip();
                continue;
            }

            var text = TextOf(ref reader, column, before[(int)column].Text);
            row[(int)column] = column switch
            {
                Column.VmId => new Cell(text, Tone.Strong),
                Column.Status when text is not null => StatusCell.Of(text),
                Column.Autostart => new Cell(ListScreen.Autostart(row[(int)column].Text, text)),
                _ => new Cell(text),
            };
        }
    }

    private static Column ColumnOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("vm-id"u8) ? Column.VmId
        : reader.ValueTextEquals("name"u8) ? Column.Name
        : reader.ValueTextEquals("status"u8) ? Column.Status
        : reader.ValueTextEquals("address"u8) ? Column.Address
        : reader.ValueTextEquals("image"u8) ? Column.Image
        : reader.ValueTextEquals("cpus"u8) ? Column.Cpus
        : reader.ValueTextEquals("memory"u8) ? Column.Memory
        : reader.ValueTextEquals("autostart"u8) || reader.ValueTextEquals("autostart-policy"u8) ? Column.Autostart
        : reader.ValueTextEquals("hint"u8) ? Column.Hint
        : Column.Unknown;

    /// <summary>VMs of one host have much in common: a text that equals the one above it is not made again.</summary>
    private static string? TextOf(ref Utf8JsonReader reader, Column column, string? above) => (reader.TokenType, column) switch
    {
        (JsonTokenType.Null, _) => null,
        (JsonTokenType.True or JsonTokenType.False, Column.Autostart) => ListScreen.YesOrNo(reader.GetBoolean()),
        (JsonTokenType.Number, Column.Cpus) => reader.GetInt32().ToString(CultureInfo.InvariantCulture),
        (JsonTokenType.Number, Column.Memory) => ListScreen.Memory(reader.GetInt32()),
        (JsonTokenType.String, not (Column.Cpus or Column.Memory)) =>
            above is not null && reader.ValueTextEquals(above) ? above : reader.GetString(),
        _ => throw new JsonException($"{reader.TokenType} for {column}"),
    };
}
