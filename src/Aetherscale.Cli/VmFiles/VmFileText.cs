using System.Text.Json;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.VmFiles;

/// <summary>A VM's description as <see cref="VmFile"/> reads it, in lines that are fit for a terminal.</summary>
internal static class VmFileText
{
    private const string Indent = "  ";

    public static IReadOnlyList<string> Lines(CreateVmOptions vm)
    {
        // Without that key its reader's own keys would go along.
        var told = vm with { SshKeys = vm.SshKeys ?? [] };
        var members = JsonSerializer.SerializeToElement(told, ContractJson.Wire.CreateVmOptions).EnumerateObject();
        return [.. members.Where(member => member.Value.ValueKind != JsonValueKind.False).SelectMany(Lines)];
    }

    private static IEnumerable<string> Lines(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.Array when member.Value.GetArrayLength() == 0 => [$"{member.Name}: []"],
        JsonValueKind.Array => [$"{member.Name}:", .. member.Value.EnumerateArray().Select(item => $"{Indent}- {Inline(item.GetString()!)}")],
        JsonValueKind.Number when VmMember.All[member.Name].Kind == VmMemberKind.Size => [$"{member.Name}: {Size(member.Value.GetInt32())}"],
        JsonValueKind.String when member.Value.GetString()! is var text && IsFitForLines(text) =>
            [$"{member.Name}: |{Chomping(text)}", .. Body(text).Select(line => line.Length == 0 ? "" : Indent + line)],
        JsonValueKind.String => [$"{member.Name}: {Inline(member.Value.GetString()!)}"],
        _ => [$"{member.Name}: {member.Value.GetRawText()}"],
    };

    private static string Size(int mebibytes) => mebibytes % 1024 == 0 ? $"{mebibytes / 1024}G" : $"{mebibytes}M";

    /// <summary>Several lines that may stand as they are. The first one must show how far they are set in.</summary>
    private static bool IsFitForLines(string text) =>
        text.Contains('\n', StringComparison.Ordinal) && !char.IsWhiteSpace(text[0])
        && text.Split('\n').All(line => line.Replace("\t", "", StringComparison.Ordinal) is var rest && TerminalText.Escape(rest) == rest);

    private static string[] Body(string text) => text.EndsWith('\n') ? text[..^1].Split('\n') : text.Split('\n');

    private static string Chomping(string text) => text.EndsWith("\n\n", StringComparison.Ordinal) ? "+" : text.EndsWith('\n') ? "" : "-";

    /// <summary>As it is where YAML can take it for nothing but a text, else in quotes. YAML knows the escapes of terminal texts.</summary>
    private static string Inline(string text) => IsWord(text) ? text
        : $"\"{TerminalText.Escape(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))}\"";

    private static bool IsWord(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text[^1] is not (' ' or ':')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || " ._/+=@:-".Contains(c, StringComparison.Ordinal))
        && !text.Contains(": ", StringComparison.Ordinal)
        && text.ToUpperInvariant() is not ("TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N");
}
