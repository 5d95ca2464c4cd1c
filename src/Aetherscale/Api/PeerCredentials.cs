using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Aetherscale.Api;

/// <summary>The process at the other end of a Unix socket, as the kernel knows it (SO_PEERCRED, unix(7)).</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int SoPeerGroups = 59;

    // NGROUPS_MAX
    private const int MaxGroups = 65536;

    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> buffer = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, buffer);
        return MemoryMarshal.Read<PeerCredentials>(buffer);
    }

    /// <summary>The process' other groups when it connected (SO_PEERGROUPS, since Linux 4.13).</summary>
    public static IReadOnlyList<uint> GroupsOf(Socket socket)
    {
        var buffer = new byte[MaxGroups * sizeof(uint)];
        var length = socket.GetRawSocketOption(SolSocket, SoPeerGroups, buffer);
        return MemoryMarshal.Cast<byte, uint>(buffer.AsSpan(0, length)).ToArray();
    }
}
