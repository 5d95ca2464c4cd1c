using System.Net;
using System.Runtime.InteropServices;
using Aetherscale.Api;
using Aetherscale.Commands;
using Aetherscale.Configuration;
using Aetherscale.Files;
using Aetherscale.Images;
using Aetherscale.Networking;
using Aetherscale.Processes;
using Aetherscale.Qemu;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using static Aetherscale.Configuration.SettingDefinitions;

namespace Aetherscale;

/// <summary>The composition root: makes every object, has them reconcile what they find, and serves until it is told to stop.</summary>
internal static class Daemon
{
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingsException">The daemon cannot work as it is set up.</exception>
    public static async Task<int> RunAsync(Settings settings, HostEnvironment host, CancellationToken stop)
    {
        if (host.UserId == 0)
        {
            throw new SettingsException(
                "QEMU never runs as root, and neither does its daemon. Start it as an ordinary user: systemctl --user start aetherscale");
        }

        var data = new DataFolder(settings[SettingDefinitions.DataFolder]);
        if (data.Prepare() is { } problem)
        {
            throw new SettingsException(problem);
        }

        using var folderLock = FolderLock.TryTake(data.Path)
            ?? throw new SettingsException($"Another aetherscale daemon works on {data.Path}; stop it, or give this one another data-folder.");

        var time = TimeProvider.System;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        DaemonLogging.Configure(builder.Logging, settings[LogLevel]);
        using var logs = DaemonLogging.CreateFactory(settings[LogLevel]);
        var runtime = new RuntimeFolder(host.RuntimeDirectory);
        var unitFolder = new UnitFolder(settings[SettingDefinitions.UnitFolder]);
        var images = new ImageStore(data.Images);
        var store = new VmStore(data.Vms);
        var locks = new VmLocks();
        var accelerator = new AcceleratorProbe("/dev/kvm", "/proc/cpuinfo", RuntimeInformation.ProcessArchitecture)
            .Choose(Enum.Parse<AcceleratorChoice>(settings[SettingDefinitions.Accelerator], ignoreCase: true));
        var grace = TimeSpan.FromSeconds(settings.Number(StopGraceSeconds));

        await using var systemd = new SystemdManager(
            new SystemdAddress(host.RuntimeDirectory), logs.CreateLogger<SystemdManager>(), time);
        await using var monitors = new VmMonitors(systemd, unitFolder, runtime, time, logs.CreateLogger<VmMonitors>())
        {
            IsOurs = id => store.Exists(id),
        };
        return 0;
    }
}
