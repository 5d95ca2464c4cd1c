using Aetherscale.Api;
using Aetherscale.Configuration;
using Aetherscale.Files;
using Aetherscale.VirtualMachines;

namespace Aetherscale;

/// <summary>What must hold before the daemon touches anything.</summary>
internal static class Preflight
{
    /// <summary>A password that others can read is known to them by now: that is not to pass unnoticed.</summary>
    public static void CheckSecret(string file)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (file.Length > 0 && File.Exists(file) && (File.GetUnixFileMode(file) & Others) != 0)
        {
            throw new SettingsException($"{file} holds a password and can be read by others; do: chmod 600 {file}");
        }
    }

    /// <summary>The accounts of system mode; null in user mode.</summary>
    public static SystemAccounts? FindAccounts(HostEnvironment host)
    {
        try
        {
            return host.IsSystem ? SystemAccounts.Find() : null;
        }
        catch (FileNotFoundException error)
        {
            throw new SettingsException(error.Message);
        }
    }

    /// <summary>The data folder is this daemon's from here on.</summary>
    public static FolderLock Claim(DataFolder data, string socket, string bridge, HostEnvironment host)
    {
        if (host.IsSystem && host.UserId != 0)
        {
            throw new SettingsException(
                "The machine's daemon must be started as root. Your own runs without --system: systemctl --user start aetherscale");
        }

        if (host is { UserId: 0, IsSystem: false })
        {
            throw new SettingsException(
                "QEMU never runs as root, and neither does a user's daemon. Start it as an ordinary user: systemctl --user start aetherscale; "
                + "or be the machine's daemon, whose VMs have users of their own: aetherscale --system");
        }

        if (!host.IsSystem && bridge.Length > 0)
        {
            throw new SettingsException("Only the machine's daemon may put VMs on a bridge of the host (setting \"bridge\"): aetherscale --system");
        }

        if (data.Prepare() is { } problem)
        {
            throw new SettingsException(problem);
        }

        var folderLock = FolderLock.TryTake(data.Path) ?? throw new SettingsException(
            $"Another aetherscale daemon works on {data.Path}; stop it, or give this one a data-folder of its own.");
        if (!ApiSocket.IsHandedOver && ApiSocket.WhyNotFree(socket, host.IsSystem ? "systemctl" : "systemctl --user") is { } taken)
        {
            folderLock.Dispose();
            throw new SettingsException(taken);
        }

        return folderLock;
    }
}
