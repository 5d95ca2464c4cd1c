using System.CommandLine;
using System.Net.Sockets;

namespace Aetherscale.Configuration;

/// <summary>The daemon's own command line: a flag for each setting, and what to do with them.</summary>
internal sealed class DaemonCommandLine(SettingsReader reader, Func<Settings, CancellationToken, Task<int>> run)
{
    /// <summary>Exit code for a wrong command line or configuration, as the CLI's.</summary>
    public const int UsageError = 2;

    /// <summary>Exit code when the daemon was told right, and its surroundings do not let it work.</summary>
    public const int Failed = 1;

    /// <summary>Makes the daemon the machine's instead of a user's.</summary>
    public const string SystemFlag = "--system";

    private readonly Option<bool> _system = new(SystemFlag)
    {
        Description = "Be the machine's daemon, as root, with VMs as units of PID 1: state in /var/lib/aetherscale, sockets in /run/aetherscale, "
            + "and no settings but those of /etc/aetherscale/config.toml, variables and flags.",
    };

    private readonly Option<bool> _printConfig = new("--print-config")
    {
        Description = "Print what is in force, each line with its source, and exit.",
    };

    private Dictionary<SettingDefinition, Option<string>> _flags = [];

    public async Task<int> RunAsync(string[] arguments)
    {
        var inForce = TryRead();
        _flags = SettingDefinitions.All.ToDictionary(setting => setting, setting => FlagOf(setting, inForce));
        var root = new RootCommand(
            "Runs QEMU virtual machines as systemd services of this user, or of the machine. It answers aetherscale-cli on a Unix socket; "
            + "the VMs live on without it. Settings come from /etc/aetherscale/config.toml, then "
            + "~/.config/aetherscale/config.toml, then AETHERSCALE_… variables, then the flags below.")
        {
            _system,
            _printConfig,
        };
        foreach (var flag in _flags.Values)
        {
            root.Options.Add(flag);
        }

        root.SetAction(RunAsync);
        var parsed = root.Parse(arguments);
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        return parsed.Errors.Count > 0 ? UsageError : exitCode;
    }

    private static Option<string> FlagOf(SettingDefinition setting, Settings? inForce) => new(setting.Flag)
    {
        Description = inForce is null
            ? $"{setting.Description} [{setting.Variable}]"
            : $"{setting.Description} Now: {inForce.Shown(setting)} [{setting.Variable}]",
        HelpName = setting.Key,
    };

    private Settings? TryRead()
    {
        try
        {
            return reader.Read(new Dictionary<SettingDefinition, string>());
        }
        catch (SettingsException)
        {
            // The help does without; a start will say what is wrong, unless a flag mends it.
            return null;
        }
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            var given = _flags
                .Where(flag => parsed.GetResult(flag.Value) is not null)
                .ToDictionary(flag => flag.Key, flag => parsed.GetValue(flag.Value)!);
            var settings = reader.Read(given);
            if (parsed.GetValue(_printConfig))
            {
                await Console.Out.WriteAsync(settings.Print());
                return 0;
            }

            return await run(settings, cancellationToken);
        }
        catch (SettingsException error)
        {
            await Console.Error.WriteLineAsync($"aetherscale: {error.Message}");
            return UsageError;
        }
        catch (Exception error) when (error is AetherscaleException or IOException or UnauthorizedAccessException or SocketException)
        {
            // The user's systemd or disk, not a fault of ours: the message tells all, where a stack trace would bury it.
            await Console.Error.WriteLineAsync($"aetherscale cannot work: {error.Message.ReplaceLineEndings(" ")}");
            return Failed;
        }
    }
}
