using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Systemd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.SystemTests.Systemd;

/// <summary>Units of one test in the real systemd; none is left behind.</summary>
public sealed class TestUnits : IAsyncDisposable
{
    private readonly string _prefix = $"aetherscale-test-{RandomNumberGenerator.GetHexString(8, lowercase: true)}-";
    private readonly List<string> _units = [];

    internal static string RuntimeFolder => TestEnvironment.RuntimeDirectory;

    internal static string Folder => TestEnvironment.UnitFolder;

    internal static string Pattern(string unit) => unit[..("aetherscale-test-".Length + 8)] + "*";

    internal SystemdManager Manager { get; } = Connect(new SystemdAddress(RuntimeFolder, TestEnvironment.Scope));

    internal static SystemdManager Connect(SystemdAddress address) =>
        new(address, NullLogger<SystemdManager>.Instance, TimeProvider.System);

    /// <summary>The name of a unit of this test, that has no file.</summary>
    internal string Name(string name) => $"{_prefix}{name}.service";

    /// <summary>Writes a unit with this [Service] section and returns its name.</summary>
    internal string Write(string name, string service) => WriteText(name, $"[Service]\n{service}\n");

    /// <summary>Writes a unit with this text and returns its name.</summary>
    internal string WriteText(string name, string text)
    {
        Directory.CreateDirectory(Folder);
        var unit = Name(name);
        File.WriteAllText(Path.Combine(Folder, unit), text);
        _units.Add(unit);
        return unit;
    }

    public async ValueTask DisposeAsync()
    {
        var none = CancellationToken.None;
        foreach (var unit in _units)
        {
            if (await Manager.GetUnitAsync(unit, none) is not null)
            {
                await Manager.KillUnitAsync(unit, KillWho.All, 9, none).ContinueWith(_ => { }, TaskScheduler.Default);
                await Manager.StopUnitAsync(unit, none);
                await Manager.ResetFailedAsync(unit, none);
            }

            File.Delete(Path.Combine(Folder, unit));
            if (Directory.Exists(TestEnvironment.WantsFolder))
            {
                File.Delete(Path.Combine(TestEnvironment.WantsFolder, unit));
            }
        }

        await Manager.DisposeAsync();
    }
}
