using Aetherscale.Api;
using Aetherscale.Configuration;
using Aetherscale.Contract;
using Aetherscale.Files;
using Aetherscale.VirtualMachines;

namespace Aetherscale;

/// <summary>What must hold before the daemon touches anything.</summary>
internal static class Preflight
{
    /// <summary>A password or key that others can read is known to them by now: that is not to pass unnoticed.</summary>
    /// <param name="file">The file; empty when there is none.</param>
    /// <param name="holds">What it holds.</param>
    public static void CheckSecret(string file, string holds)
    {
        if (SecretFile.Problem(file, holds) is { } problem)
        {
            throw new SettingsException(problem);
        }
    }

    /// <summary>Files for TLS that nothing uses would let people believe in it.</summary>
    public static void CheckBrokerTls(BrokerAddress? broker, BrokerTlsFiles files)
    {
        if (files.Problem is { } problem)
        {
            throw new SettingsException(problem);
        }

        if (broker is { UseTls: false } && files != BrokerTlsFiles.None)
        {
            throw new SettingsException(
                $"broker-ca-file, broker-certificate-file and broker-key-file are for TLS, and {broker} is without; write amqps:// in broker");
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
