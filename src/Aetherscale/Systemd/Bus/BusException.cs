using System.Runtime.InteropServices;

namespace Aetherscale.Systemd.Bus;

/// <summary>libsystemd answered a negative errno value: the connection is gone, or a message is not what we expect.</summary>
internal sealed class BusException(string operation, int errno)
    : Exception($"{operation}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    /// <summary>Passes a result on, or throws for a negative one.</summary>
    public static int Check(int result, string operation) =>
        result >= 0 ? result : throw new BusException(operation, -result);
}
