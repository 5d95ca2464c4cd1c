using System.Globalization;
using System.Text.Json;
using Aetherscale.Cli.Verbs;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Aetherscale.Cli.VmFiles;

/// <summary>
/// A VM described by a file: YAML whose keys are the members of create-vm's options. Whatever is wrong is told with its line and column.
/// What the options say is checked again by the daemon.
/// </summary>
internal sealed class VmFile
{
    public const int MaxBytes = 1024 * 1024;

    private readonly YamlEvents _events;
    private readonly Dictionary<string, long> _lines = [];

    private VmFile(YamlEvents events) => _events = events;

    /// <param name="name">What messages call the file.</param>
    /// <param name="text">Its content.</param>
    /// <param name="image">The image of a file that names none; null where it must.</param>
    /// <exception cref="CliException">It is wrong.</exception>
    public static CreateVmOptions Parse(string name, string text, string? image)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            new VmFile(new YamlEvents(name, text)).Copy(writer, image);
        }

        return JsonSerializer.Deserialize(json.ToArray(), ContractJson.Wire.CreateVmOptions)!;
    }

    private void Copy(Utf8JsonWriter json, string? image)
    {
        var root = _events.Begin();
        if (root is not MappingStart)
        {
            throw _events.Wrong(root, "this is no description of a VM; write a line KEY: VALUE for each option, such as \"image: debian:12\"");
        }

        json.WriteStartObject();
        while (_events.Next() is var key and not MappingEnd)
        {
            CopyMember(key, json);
        }

        if (!_lines.ContainsKey("image"))
        {
            json.WriteString("image", image ?? throw _events.Wrong(root, "\"image\" is missing; add a line such as \"image: debian:12\", or give --image"));
        }

        json.WriteEndObject();
        _events.End();
    }

    private void CopyMember(ParsingEvent key, Utf8JsonWriter json)
    {
        var name = key is Scalar scalar ? scalar.Value : throw _events.Wrong(key, "a key is one word, such as \"image\"");
        if (!VmMember.All.TryGetValue(name, out var member))
        {
            throw _events.Wrong(key, NearestWord.NearestTo(name, VmMember.All.Keys) is { } near
                ? $"unknown key \"{name}\"; did you mean \"{near}\"?"
                : $"unknown key \"{name}\"; write one of {string.Join(", ", VmMember.All.Keys)}");
        }

        if (!_lines.TryAdd(name, key.Start.Line))
        {
            throw _events.Wrong(key, $"\"{name}\" stands in line {_lines[name]} already; remove one of the two");
        }

        json.WritePropertyName(name);
        CopyValue(member, _events.Next(), json);
    }

    private void CopyValue(VmMember member, ParsingEvent value, Utf8JsonWriter json)
    {
        if (member.Kind == VmMemberKind.List && value is SequenceStart)
        {
            json.WriteStartArray();
            while (_events.Next() is var item and not SequenceEnd)
            {
                json.WriteStringValue(TextOf(item) ?? throw _events.Wrong(item, $"an item of \"{member.Name}\" is a text, not {Kind(item)}"));
            }

            json.WriteEndArray();
            return;
        }

        var text = TextOf(value);
        var isPlain = value is Scalar { Style: ScalarStyle.Plain };
        if (text is not null && member.Kind == VmMemberKind.Text && (member.Words.Count == 0 || member.Words.Contains(text)))
        {
            json.WriteStringValue(text);
        }
        else if (text is not null && member.Kind == VmMemberKind.Size && MemorySize.TryParse(text, out var mebibytes))
        {
            json.WriteNumberValue(mebibytes);
        }
        else if (isPlain && member.Kind == VmMemberKind.Number && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= VmMember.MaxCpus)
        {
            json.WriteNumberValue(number);
        }
        else if (isPlain && member.Kind == VmMemberKind.Flag && text is "true" or "false")
        {
            json.WriteBooleanValue(text == "true");
        }
        else
        {
            throw _events.Wrong(value, $"\"{member.Name}\" takes {member.Expected}, not {Kind(value)}");
        }
    }

    /// <summary>Null for what is no text, or is none at all.</summary>
    private static string? TextOf(ParsingEvent value) =>
        value is Scalar scalar && !IsNull(scalar) ? scalar.Value : null;

    private static bool IsNull(Scalar value) =>
        value is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" };

    private static string Kind(ParsingEvent value) => value switch
    {
        MappingStart => "keys of its own",
        SequenceStart => "a list",
        Scalar scalar when IsNull(scalar) => "nothing",
        Scalar { Value.Length: > 40 } scalar => $"\"{scalar.Value.AsSpan(0, 40)}…\"",
        Scalar { Style: not ScalarStyle.Plain } scalar => $"the text \"{scalar.Value}\"",
        Scalar scalar => $"\"{scalar.Value}\"",
        _ => "this",
    };
}
