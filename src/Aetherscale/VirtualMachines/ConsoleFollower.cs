using System.Text;
using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>Reads the end of a guest's console log and then what is added to it, also when the daemon has cut it meanwhile.</summary>
internal sealed class ConsoleFollower(VmFolder folder)
{
    private const int MaxBytes = 1024 * 1024;

    // A character may be cut by the end of the file.
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private long _offset;

    /// <summary>The last lines so far, the end of the last only if it is there. To be called first.</summary>
    public string ReadLast(int lines)
    {
        ReadOnlyMemory<byte> end = Guarded(() => FileEnd.Read(folder.ConsoleLog, MaxBytes, out _offset));
        var start = end.Length;
        var wanted = lines;
        while (start > 0 && (end.Span[start - 1] != '\n' || start == end.Length || --wanted > 0))
        {
            start--;
        }

        return lines == 0 ? "" : Text(end[start..]);
    }

    /// <summary>What the guest printed since the last look; empty when nothing.</summary>
    public string ReadNext()
    {
        var before = ReadOnlyMemory<byte>.Empty;
        if (SizeOf(folder.ConsoleLog) < _offset)
        {
            // What was not read before the cut is in the piece that was put aside.
            before = Guarded(() => FileEnd.ReadFrom(folder.ConsoleLog + ".1", _offset, MaxBytes));
            _offset = 0;
        }

        var next = Guarded(() => FileEnd.ReadFrom(folder.ConsoleLog, _offset, MaxBytes));
        _offset += next.Length;
        return Text(before) + Text(next);
    }

    private string Text(ReadOnlyMemory<byte> bytes)
    {
        var text = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        return new string(text, 0, _decoder.GetChars(bytes.Span, text, flush: false));
    }

    private static byte[] Guarded(Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is not there yet, or not any more.
            return [];
        }
    }

    private static long SizeOf(string path)
    {
        try
        {
            return FileStatus.Of(path)?.Size ?? 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
