using System.CommandLine;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary>Options of create-vm that a guest hears of when it boots for the first time.</summary>
internal sealed class FirstBootOptions(Surroundings around, TextInput texts)
{
    /// <summary>In the place of a key: none, not even one's own.</summary>
    private const string None = "none";

    private const int MaxBytes = 512 * 1024;

    private readonly Option<string[]> _keys = new("--ssh-key")
    {
        Description = $"A public key, or the file of one, that may log in; several by giving it several times, {None} for none. Without it your own: ~/.ssh/id_*.pub.",
        HelpName = "KEY",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
    };

    private readonly Option<string?> _hostname = new("--hostname")
    {
        Description = "The guest's name for itself; without it the VM's.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _userData = OfFile("--user-data", "cloud-init's user-data: what the guest is to set up.");
    private readonly Option<string?> _networkConfig = OfFile("--network-config", "cloud-init's network configuration; without it the guest asks by DHCP.");
    private readonly Option<string?> _initScript = OfFile("--init-script", "A script that the guest runs once, as root; it begins with #!.");

    public void AddTo(Command verb)
    {
        foreach (var option in (Option[])[_keys, _hostname, _userData, _networkConfig, _initScript])
        {
            verb.Add(option);
        }
    }

    /// <summary>What the line says goes before what the options say already.</summary>
    /// <exception cref="CliException">A file cannot be read.</exception>
    public async Task<CreateVmOptions> FillInAsync(CreateVmOptions options, ParseResult line, CancellationToken cancel)
    {
        var keys = line.GetValue(_keys) is { Length: > 0 } given ? await ReadKeysAsync(given, cancel) : options.SshKeys ?? await OwnKeysAsync(cancel);
        return options with
        {
            SshKeys = keys.Count > 0 ? keys : null,
            Hostname = line.GetValue(_hostname) ?? options.Hostname,
            UserData = await ReadAsync(line.GetValue(_userData), cancel) ?? options.UserData,
            NetworkConfig = await ReadAsync(line.GetValue(_networkConfig), cancel) ?? options.NetworkConfig,
            InitScript = await ReadAsync(line.GetValue(_initScript), cancel) ?? options.InitScript,
        };
    }

    private static Option<string?> OfFile(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    private async Task<IReadOnlyList<string>> ReadKeysAsync(string[] words, CancellationToken cancel)
    {
        var keys = new List<string>();
        foreach (var word in words.Where(word => word != None))
        {
            // A key has a space, and begins with no path.
            keys.AddRange(word.Contains(' ', StringComparison.Ordinal) && !word.StartsWith('/') && !word.StartsWith('.')
                ? [word]
                : KeysIn(await ReadKeyFileAsync(word, cancel)));
        }

        return keys;
    }

    private async Task<string> ReadKeyFileAsync(string file, CancellationToken cancel) => file == "-" || File.Exists(file)
        ? (await ReadAsync(file, cancel))!
        : throw new CliException(ExitCodes.Usage, $"{file} cannot be read: there is no such file")
        {
            Advice = "Make yourself a key, whose public half is ~/.ssh/id_ed25519.pub then:  ssh-keygen -t ed25519",
        };

    /// <summary>Those that ssh offers by itself.</summary>
    private async Task<IReadOnlyList<string>> OwnKeysAsync(CancellationToken cancel)
    {
        var folder = $"{around.SetVariable("HOME")}/.ssh";
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var keys = new List<string>();
        var files = Directory.EnumerateFiles(folder, "id_*.pub").Where(file => !file.EndsWith("-cert.pub", StringComparison.Ordinal));
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            keys.AddRange(KeysIn((await ReadAsync(file, cancel))!));
        }

        return keys;
    }

    private static IEnumerable<string> KeysIn(string text) =>
        text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#'));

    private async Task<string?> ReadAsync(string? file, CancellationToken cancel) =>
        file is null ? null : await texts.ReadAsync(file, MaxBytes, cancel);
}
