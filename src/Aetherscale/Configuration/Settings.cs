using System.Globalization;

namespace Aetherscale.Configuration;

/// <summary>What is in force, and who said so.</summary>
/// <param name="values">A checked text and its source for every one of <see cref="SettingDefinitions.All"/>.</param>
internal sealed class Settings(IReadOnlyDictionary<SettingDefinition, SettingValue> values)
{
    public string this[SettingDefinition setting] => values[setting].Text;

    /// <summary>The value as everybody may see it.</summary>
    public string Shown(SettingDefinition setting) => setting.Secret?.Hide(this[setting]) ?? this[setting];

    public int Number(SettingDefinition setting) => int.Parse(this[setting], CultureInfo.InvariantCulture);

    /// <summary>The words of a setting that is a list of them.</summary>
    public IReadOnlyList<string> Words(SettingDefinition setting) => WordsIn(this[setting]);

    /// <summary>What stands between the commas; spaces around them do not count.</summary>
    public static string[] WordsIn(string text) => text.Length == 0 ? [] : text.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>config.toml as it would have to be to say all this but for passwords, each line with its source.</summary>
    public string Print()
    {
        var lines = SettingDefinitions.All.Select(
            setting => $"{setting.Key} = {Toml(setting)}  # {values[setting].Source}{(HoldsSecret(setting) ? ", where it has a password" : "")}");
        return string.Join('\n', lines) + '\n';
    }

    private bool HoldsSecret(SettingDefinition setting) => setting.Secret?.IsIn(this[setting]) ?? false;

    private string Toml(SettingDefinition setting)
    {
        var text = Shown(setting);
        return text.Length > 0 && text.All(char.IsAsciiDigit) ? text : $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
    }
}

/// <summary>A setting's text and where it came from: a file, a variable, a flag or the default.</summary>
internal readonly record struct SettingValue(string Text, string Source);
