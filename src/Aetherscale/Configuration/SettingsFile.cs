using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Aetherscale.Configuration;

/// <summary>One config.toml: <c>key = value</c> lines, and the table <c>[client]</c>, which is the CLI's.</summary>
internal static class SettingsFile
{
    private const string ClientTable = "client";
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>What the file says; nothing when it is not there.</summary>
    /// <exception cref="SettingsException">It cannot be read, is not TOML, or says something unknown.</exception>
    public static IEnumerable<(SettingDefinition Setting, SettingValue Value)> Read(string path)
    {
        var document = Parse(path);
        foreach (var table in document.Tables.Where(table => Name(table.Name) != ClientTable))
        {
            throw new SettingsException($"{Place(path, table)}: unknown table [{Name(table.Name)}].");
        }

        foreach (var line in document.KeyValues)
        {
            var key = Name(line.Key);
            var setting = SettingDefinitions.All.FirstOrDefault(candidate => candidate.Key == key)
                ?? throw new SettingsException($"{Place(path, line)}: unknown setting \"{key}\"; there are: {Known}.");
            var text = Text(path, line);
            if ((setting.Secret?.IsIn(text) ?? false) && (File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new SettingsException($"{path} holds a password, in {key}, and can be read by others; do: chmod 600 {path}");
            }

            yield return (setting, new SettingValue(text, path));
        }
    }

    private static string Known => string.Join(", ", SettingDefinitions.All.Select(setting => setting.Key));

    private static DocumentSyntax Parse(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            text = "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be read: {error.Message}");
        }

        return Parse(text, path);
    }

    private static DocumentSyntax Parse(string text, string path)
    {
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text, path);
        }
        catch (ArgumentException error)
        {
            // The parser fails so at a file that ends within an escape, while it words its complaint.
            throw new SettingsException($"{path} is not TOML: {error.Message}");
        }

        return document.HasErrors
            ? throw new SettingsException(string.Join('\n', document.Diagnostics))
            : document;
    }

    private static string Text(string path, KeyValueSyntax line) => line.Value switch
    {
        StringValueSyntax text => text.Value ?? "",
        IntegerValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        _ => throw new SettingsException($"{Place(path, line)}: {Name(line.Key)} must be a text or a whole number."),
    };

    private static string Name(KeySyntax? key) => key?.ToString().Trim() ?? "";

    private static string Place(string path, SyntaxNode node) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}({node.Span.Start.Line + 1},{node.Span.Start.Column + 1})");
}
