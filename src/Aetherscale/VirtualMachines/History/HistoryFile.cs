using System.Text.Json;
using Aetherscale.Files;

namespace Aetherscale.VirtualMachines.History;

/// <summary>
/// A VM's <c>history.jsonl</c>: a line for each transition, the latest last. It is appended to and never synced: it tells what was,
/// and nothing is decided by it, so that after a power cut its last lines may be missing, or the last be cut. When it has grown
/// past its bound it is kept as <c>history.jsonl.1</c>, in place of the one before.
/// </summary>
internal static class HistoryFile
{
    /// <summary>Bytes. On disk there is at most twice as much, and one line.</summary>
    public const int Bound = 64 * 1024;

    /// <summary>A file much larger than this was not written by us; its end will do.</summary>
    private const int MaxRead = 2 * Bound;

    private const byte LineEnd = (byte)'\n';

    /// <exception cref="IOException">It could not be written.</exception>
    public static void Append(VmFolder folder, VmTransition transition)
    {
        var path = folder.History;
        if (FileStatus.Of(path) is { Kind: FileKind.Regular, Size: > Bound })
        {
            Beneath.Rename(path, Path.GetFileName(path) + ".1");
        }

        using var file = new FileStream(
            Beneath.OpenFile(path, Libc.ReadWrite | Libc.Create, UnixFileMode.UserRead | UnixFileMode.UserWrite), FileAccess.ReadWrite, bufferSize: 0);
        var line = JsonSerializer.SerializeToUtf8Bytes(transition, HistoryJson.Lines.VmTransition);
        var isCut = file.Length > 0 && LastByte(file) != LineEnd;
        file.Seek(0, SeekOrigin.End);
        file.Write(isCut ? [LineEnd, .. line, LineEnd] : [.. line, LineEnd]);
    }

    /// <summary>The latest transitions, the oldest of them first. Lines that are none are passed over.</summary>
    public static IReadOnlyList<VmTransition> ReadLast(VmFolder folder, int count)
    {
        var latest = Read(folder.History);
        if (latest.Count < count)
        {
            latest = [.. Read(folder.History + ".1"), .. latest];
        }

        return latest.Count <= count ? latest : latest.GetRange(latest.Count - count, count);
    }

    private static List<VmTransition> Read(string path)
    {
        var transitions = new List<VmTransition>();
        try
        {
            foreach (var line in FileEnd.ReadLines(path, MaxRead))
            {
                if (TryParse(line) is { } transition)
                {
                    transitions.Add(transition);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // There is no history yet, or none that can be read.
        }

        return transitions;
    }

    private static VmTransition? TryParse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line.Span, HistoryJson.Lines.VmTransition);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int LastByte(FileStream file)
    {
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte();
    }
}
