using System.Runtime.InteropServices;

namespace Aetherscale.Cli;

/// <summary>
/// A terminal that passes every key on at once and as it is (cfmakeraw(3)), Ctrl-C included. Disposal, and every signal that ends
/// the program, brings back what was before.
/// </summary>
internal sealed partial class RawTerminal : IDisposable
{
    /// <summary>Of a terminal that does not tell its size.</summary>
    public static readonly (int Rows, int Columns) UsualSize = (24, 80);

    /// <summary>More than any C library's <c>struct termios</c> has.</summary>
    private const int TermiosBytes = 256;

    private const int Drained = 1; // TCSADRAIN
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ

    private readonly byte[] _before = new byte[TermiosBytes];
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly int _descriptor;
    private readonly bool _isRaw;

    public RawTerminal(int descriptor)
    {
        _descriptor = descriptor;
        if (GetAttributes(descriptor, _before) != 0)
        {
            return;
        }

        // Those that Program does not take for an end in good order.
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, _ => Restore()));
        }

        var raw = (byte[])_before.Clone();
        MakeRaw(raw);
        _isRaw = SetAttributes(descriptor, Drained, raw) == 0;
    }

    public static (int Rows, int Columns) Size(int descriptor)
    {
        var size = new ushort[4];
        return WindowSize(descriptor, GetWindowSize, size) == 0 && size[0] > 0 && size[1] > 0 ? (size[0], size[1]) : UsualSize;
    }

    public void Dispose()
    {
        Restore();
        _signals.ForEach(signal => signal.Dispose());
    }

    private void Restore()
    {
        if (_isRaw)
        {
            _ = SetAttributes(_descriptor, Drained, _before);
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, [In, Out] byte[] termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, [In] byte[] termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw([In, Out] byte[] termios);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int WindowSize(int descriptor, nuint request, [In, Out] ushort[] size);
}
