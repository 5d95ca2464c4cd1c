using System.Runtime.InteropServices;
using Aetherscale.Files;

namespace Aetherscale.Qemu;

/// <summary>Finds out whether KVM can be relied on here.</summary>
/// <param name="kvmDevice"><c>/dev/kvm</c>.</param>
/// <param name="cpuInfo"><c>/proc/cpuinfo</c>.</param>
/// <param name="architecture">The host's.</param>
internal sealed class AcceleratorProbe(string kvmDevice, string cpuInfo, Architecture architecture)
{
    /// <summary>What to start QEMU with. Only <c>auto</c> looks; what was asked for by name is taken.</summary>
    public Accelerator Choose(AcceleratorChoice choice) => choice switch
    {
        AcceleratorChoice.Kvm => Accelerator.Kvm,
        AcceleratorChoice.Tcg => Accelerator.Tcg,
        _ => WhyNotKvm() is null ? Accelerator.Kvm : Accelerator.Tcg,
    };

    /// <summary>Null when KVM can be used; else why not, for the user.</summary>
    public string? WhyNotKvm()
    {
        if (architecture is not Architecture.X64)
        {
            // Our guests' machine is a PC: no other processor can run its instructions by itself.
            return $"VMs are x86-64 ones, and this host's processor is {architecture}";
        }

        const int ReadWrite = 2;
        using (var device = Libc.Open(kvmDevice, ReadWrite | Libc.CloseOnExec))
        {
            if (device.IsInvalid)
            {
                var error = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
                return $"{kvmDevice} cannot be opened: {error}";
            }
        }

        // Under some hypervisors the device opens although the processor lends them no virtualisation; a guest then
        // hangs in its boot loader.
        return HasVirtualisation() ? null : $"{kvmDevice} is there, but {cpuInfo} shows neither vmx nor svm";
    }

    /// <summary>Whether the processor could run guests, whatever becomes of the device.</summary>
    public bool HasVirtualisation()
    {
        try
        {
            return File.ReadLines(cpuInfo)
                .Where(line => line.StartsWith("flags", StringComparison.Ordinal))
                .Any(line => line.Split([' ', '\t', ':']).Any(flag => flag is "vmx" or "svm"));
        }
        catch (IOException)
        {
            return false;
        }
    }
}
