using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Files;

/// <summary>
/// Which files of some folders have changed since the last look (inotify(7)). The kernel notes a change before the call that
/// makes it returns, so what <see cref="Take"/> does not name is as it was: as good as looking at each file, and one system
/// call for all. A file's content counts as changed when its writer closes it. Not to be used by two threads at once.
/// </summary>
internal sealed class FolderWatch : IDisposable
{
    private const uint Changes = Libc.InotifyAttributes | Libc.InotifyCloseWrite | Libc.InotifyMovedFrom | Libc.InotifyMovedTo
        | Libc.InotifyCreate | Libc.InotifyDelete | Libc.InotifyMoveSelf;

    // struct inotify_event: wd, mask, cookie, length of the name that follows, padded with NUL.
    private const int MaskOffset = 4;
    private const int LengthOffset = 12;
    private const int NameOffset = 16;

    private readonly SafeFileHandle _inotify = Libc.InotifyInit(Libc.NonBlocking | Libc.CloseOnExec);
    private readonly Dictionary<int, string> _folders = [];
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>Watches a folder from now on; once more does no harm.</summary>
    /// <returns>False when there is no such folder, or the kernel watches no more of them (fs.inotify.max_user_watches).</returns>
    public bool TryAdd(string folder)
    {
        var number = _inotify.IsInvalid
            ? -1
            : Libc.InotifyAddWatch(_inotify, folder, Changes | Libc.InotifyOnlyFolder | Libc.InotifyNoFollow);
        if (number >= 0)
        {
            _folders[number] = folder;
        }

        return number >= 0;
    }

    /// <summary>What has changed: a folder and the name in it, which is empty for the folder itself.</summary>
    /// <param name="wasLost">True when there was too much of it to be kept: anything may have changed.</param>
    public IReadOnlyList<(string Folder, string Name)> Take(out bool wasLost)
    {
        var changes = new List<(string, string)>();
        wasLost = false;
        nint count;
        while (!_inotify.IsInvalid && (count = Libc.Read(_inotify, _buffer, (nuint)_buffer.Length)) > 0)
        {
            for (var rest = _buffer.AsSpan(0, (int)count); rest.Length > 0;)
            {
                var number = BinaryPrimitives.ReadInt32LittleEndian(rest);
                var mask = BinaryPrimitives.ReadUInt32LittleEndian(rest[MaskOffset..]);
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest[LengthOffset..]);
                wasLost |= (mask & Libc.InotifyOverflow) != 0;
                if (_folders.TryGetValue(number, out var folder))
                {
                    changes.Add((folder, Encoding.UTF8.GetString(rest.Slice(NameOffset, length).TrimEnd((byte)0))));
                }

                if ((mask & Libc.InotifyIgnored) != 0)
                {
                    _folders.Remove(number);
                }

                rest = rest[(NameOffset + length)..];
            }
        }

        return changes;
    }

    public void Dispose() => _inotify.Dispose();
}
