namespace Aetherscale.SystemTests.Qemu;

/// <summary>Guests of a few bytes of 16-bit code, up 0.2 s after QEMU is.</summary>
internal static class BootSectors
{
    /// <summary>No code: the firmware finds nothing to boot.</summary>
    public static ReadOnlyMemory<byte> None => new byte[512];

    /// <summary>
    /// Prints "up" on the serial port, enables the ACPI power button (PM1_EN at 0x602), waits until it was pressed
    /// (PM1_STS at 0x600) and powers off (PM1_CNT at 0x604), as an operating system does.
    /// </summary>
    public static ReadOnlyMemory<byte> Polite { get; } = Bootable(
    [
        0xfa, .. Print("up"),
        0xba, 0x02, 0x06, 0xb8, 0x00, 0x01, 0xef, // mov dx,602h; mov ax,100h; out dx,ax
        0xba, 0x00, 0x06, 0xed, 0xf6, 0xc4, 0x01, 0x74, 0xf7, // mov dx,600h; l: in ax,dx; test ah,1; jz mov
        0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, // mov dx,604h; mov ax,2000h; out dx,ax
        0xeb, 0xfe,
    ]);

    /// <summary>Prints "up" and sleeps with interrupts off: it hears nothing.</summary>
    public static ReadOnlyMemory<byte> Deaf { get; } = Bootable([0xfa, .. Print("up"), 0xf4, 0xeb, 0xfd]);

    /// <summary>Prints "up" and resets the machine by the keyboard controller, for ever.</summary>
    public static ReadOnlyMemory<byte> Rebooting { get; } =
        Bootable([0xfa, .. Print("up"), 0xb0, 0xfe, 0xe6, 0x64, 0xf4]);

    // mov dx,3f8h; then mov al,c; out dx,al for each character
    private static byte[] Print(string text) =>
        [0xba, 0xf8, 0x03, .. text.SelectMany(c => (byte[])[0xb0, (byte)c, 0xee])];

    private static byte[] Bootable(byte[] code) => [.. code, .. new byte[510 - code.Length], 0x55, 0xaa];
}
