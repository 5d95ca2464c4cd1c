using System.Runtime.InteropServices;

namespace Aetherscale.Files;

/// <summary>Turns errno values into exceptions, and tells a full disk from other failures.</summary>
internal static class FileErrors
{
    /// <summary>An exception for this errno; <see cref="Exception.HResult"/> keeps the number.</summary>
    public static IOException From(int errno, string path) =>
        new($"{path}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);

    /// <summary>True for ENOSPC and EDQUOT, whether .NET or we raised them.</summary>
    public static bool IsNoSpace(IOException error) => error.HResult is Libc.ErrorNoSpace or Libc.ErrorQuotaExceeded;
}
