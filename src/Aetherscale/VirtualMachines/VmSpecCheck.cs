using System.Net;
using System.Net.Sockets;
using Aetherscale.Networking;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What must hold of a spec before anything is made of it. People may edit vm.json, and its texts become paths, arguments
/// and addresses.
/// </summary>
internal static class VmSpecCheck
{
    private const int MaxCpus = 255;
    private const int MaxMemoryMib = 16 * 1024 * 1024;
    private const int DigestLength = 64;

    /// <summary>The first thing that is wrong, for a person; null when nothing is.</summary>
    public static string? ProblemOf(VmSpec spec)
    {
        if (spec.Name is not null && !VmName.TryParse(spec.Name, out _))
        {
            return $"\"name\" must be {VmName.Grammar}";
        }

        if (spec.BaseSha256.Length != DigestLength || !spec.BaseSha256.All(char.IsAsciiHexDigitLower))
        {
            return "\"base-sha256\" must be 64 lower-case hexadecimal digits";
        }

        if (!NetworkName.TryParse(spec.Network, out _))
        {
            return "\"network\" is no network's name";
        }

        if (spec.Address is not null && !IsAddress(spec.Address))
        {
            return "\"address\" must be an IPv4 address";
        }

        if (!IsMac(spec.Mac))
        {
            return "\"mac\" must be a MAC address such as 52:54:00:12:34:56";
        }

        return CpusProblem(spec.Cpus, "cpus") ?? MemoryProblem(spec.MemoryMib, "memory-mib")
            ?? PolicyWord.AutostartProblem(spec.Autostart, "autostart") ?? PolicyWord.RestartProblem(spec.Restart, "restart")
            ?? GraphicsProblem(spec.Graphics, "graphics") ?? FirmwareProblem(spec.Firmware, "firmware")
            ?? (spec.UserId is null or (>= VmUsers.FirstId and <= VmUsers.LastId) ? null : $"\"user-id\" must be from {VmUsers.FirstId} to {VmUsers.LastId}")
            ?? (spec.Credentials?.All(SystemCredentials.IsName) ?? true ? null : $"\"credentials\" must be {SystemCredentials.Grammar}");
    }

    /// <summary>What is wrong with a number of CPUs.</summary>
    public static string? CpusProblem(int cpus, string member) => Between(member, cpus, MaxCpus);

    /// <summary>What is wrong with a word for a graphics card.</summary>
    public static string? GraphicsProblem(string? word, string member) => word is null or "vnc" ? null : $"\"{member}\" must be vnc";

    /// <summary>What is wrong with a word for a firmware.</summary>
    public static string? FirmwareProblem(string? word, string member) => word is null or "bios" or "uefi" ? null : $"\"{member}\" must be bios or uefi";

    /// <summary>What is wrong with a size of memory in MiB.</summary>
    public static string? MemoryProblem(int memoryMib, string member) => memoryMib is >= 1 and <= MaxMemoryMib ? null
        : $"\"{member}\" must be from 1 MiB to 16 TiB, in whole MiB (1 to {MaxMemoryMib}), not {memoryMib}";

    private static string? Between(string member, int value, int most) =>
        value >= 1 && value <= most ? null : $"\"{member}\" must be a whole number from 1 to {most}";

    // The text must be the address' own form: parsers take "1" or "0x7f.1" for addresses, too.
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;

    private static bool IsMac(string text) =>
        text.Split(':') is { Length: 6 } bytes && bytes.All(pair => pair.Length == 2 && pair.All(char.IsAsciiHexDigit));
}
