using System.Security.Cryptography;
using Aetherscale.Contract.Commands;
using Aetherscale.Files;
using Aetherscale.Qemu;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>screenshot-vm</c>: what a guest's screen shows.</summary>
internal sealed class ScreenshotVm(VmStore store, VmLocks locks, VmObserver observer, VmMonitors monitors, RuntimeFolder runtime)
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly byte[] s_png = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    public async Task<ScreenshotVmResponse> RunAsync(VmOptions options, CancellationToken cancellationToken)
    {
        var (vm, _) = await RunningVm.FindEvenPausedAsync(store, locks, observer, options.VmId, cancellationToken);
        var qemu = monitors.ClientOf(vm.Id) ?? throw new AetherscaleException(
            QemuFailed, $"The QEMU of VM \"{vm.DisplayName}\" does not answer its monitor.");

        // In its own folder QEMU may write; it does not see ours.
        var file = $"{runtime.OfVm(vm.Id).FolderPath}/screen-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        try
        {
            await qemu.ScreendumpAsync(file, "png", cancellationToken);
            var png = FileEnd.Read(file, MaxBytes);
            return png.AsSpan().StartsWith(s_png)
                ? new ScreenshotVmResponse { VmId = vm.Id.ToString(), Name = vm.Spec?.Name, Png = png }
                : throw new AetherscaleException(QemuFailed, $"The picture of VM \"{vm.DisplayName}\" is too large, or none.");
        }
        catch (QmpException error)
        {
            throw error.Message.Contains("no console", StringComparison.OrdinalIgnoreCase)
                ? new AetherscaleException(
                    NoScreen, $"VM \"{vm.DisplayName}\" has no graphics card, so it has no screen; create-vm --graphics vnc gives one. Its serial console is shown by console and logs-vm --console.", error)
                : new AetherscaleException(QemuFailed, $"QEMU cannot take a picture of VM \"{vm.DisplayName}\": {error.Message}", error);
        }
        catch (Exception error) when (error is TimeoutException or IOException)
        {
            throw new AetherscaleException(QemuFailed, $"QEMU has taken no picture of VM \"{vm.DisplayName}\": {error.Message}", error);
        }
        finally
        {
            Beneath.Remove(file);
        }
    }
}
