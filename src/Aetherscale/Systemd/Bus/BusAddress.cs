namespace Aetherscale.Systemd.Bus;

/// <summary>One place where a manager can be reached.</summary>
/// <param name="Text">A D-Bus address.</param>
/// <param name="IsMessageBus">False for systemd's own socket, which is one peer: no Hello, no match rules.</param>
internal sealed record BusAddress(string Text, bool IsMessageBus)
{
    /// <summary>Writes a socket path as an address; bytes outside the safe set are escaped as the D-Bus specification says.</summary>
    public static BusAddress ForSocket(string path, bool isMessageBus) =>
        new("unix:path=" + string.Concat(System.Text.Encoding.UTF8.GetBytes(path).Select(Escape)), isMessageBus);

    private static string Escape(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || "-_/.\\*".Contains((char)value, StringComparison.Ordinal)
            ? ((char)value).ToString()
            : $"%{value:x2}";
}
