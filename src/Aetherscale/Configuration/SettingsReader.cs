namespace Aetherscale.Configuration;

/// <summary>
/// Finds each setting's value: default, then /etc/aetherscale/config.toml, then the user's config.toml, then the
/// environment, then the command line; the last one that speaks counts.
/// </summary>
internal sealed class SettingsReader(HostEnvironment host, string machineFile = "/etc/aetherscale/config.toml")
{
    /// <summary>The user's file; the table <c>[client]</c> in it is the CLI's.</summary>
    public string UserFile => host.ConfigHome + "/aetherscale/config.toml";

    /// <param name="flags">Values given on the command line, by setting.</param>
    /// <exception cref="SettingsException">A value is wrong, a key is unknown, or a file cannot be read.</exception>
    public Settings Read(IReadOnlyDictionary<SettingDefinition, string> flags)
    {
        var values = SettingDefinitions.All.ToDictionary(
            setting => setting, setting => new SettingValue(setting.Default(host), "default"));
        foreach (var file in host.IsSystem ? [machineFile] : new[] { machineFile, UserFile })
        {
            foreach (var (setting, value) in SettingsFile.Read(file))
            {
                values[setting] = value;
            }
        }

        foreach (var setting in SettingDefinitions.All)
        {
            if (host.Variables.TryGetValue(setting.Variable, out var text))
            {
                values[setting] = new SettingValue(text, setting.Variable);
            }

            if (flags.TryGetValue(setting, out text))
            {
                if (setting.Secret is { } secret && secret.IsIn(text))
                {
                    throw new SettingsException(
                        $"{setting.Flag} must not hold a password, for every user of this host can read it there; put it into {secret.Elsewhere}.");
                }

                values[setting] = new SettingValue(text, setting.Flag);
            }

            if (setting.Problem(values[setting].Text) is { } problem)
            {
                throw new SettingsException(setting.Secret is null && !setting.MayHoldSecret
                    ? $"{setting.Key} ({values[setting].Source}) is \"{values[setting].Text}\"; it {problem}."
                    : $"{setting.Key} ({values[setting].Source}) {problem}.");
            }

            if (setting.Canonical is { } canonical)
            {
                values[setting] = values[setting] with { Text = canonical(values[setting].Text) };
            }
        }

        return new Settings(values);
    }
}
