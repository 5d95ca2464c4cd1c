using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Files;

/// <summary>
/// Which files of some folders have changed since the last look (inotify(7)). The kernel notes a change before the call that
/// makes it returns, so what <see cref="Take"/> does not name is as it was: as good as looking at each file, and one system
/// call for all. In a folder, names and their files' status are watched, and content when its last writer closes it; each write to
/// a file is seen only where the file itself is watched, too. Not to be used by two threads at once.
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
    private readonly Dictionary<int, (string Folder, string? Name)> _watched = [];
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>Watches a folder from now on; once more does no harm.</summary>
    /// <returns>False when there is no such folder, or the kernel watches no more of them (fs.inotify.max_user_watches).</returns>
    public bool TryAdd(string folder) => TryAdd(folder, Changes | Libc.InotifyOnlyFolder, (folder, null));

    /// <summary>Watches the content of the file that has this name now.</summary>
    /// <returns>False when there is none, or the kernel watches no more.</returns>
    public bool TryAddFile(string folder, string name) => TryAdd($"{folder}/{name}", Libc.InotifyModify, (folder, name));

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
                if (_watched.TryGetValue(number, out var watched))
                {
                    var name = watched.Name ?? Encoding.UTF8.GetString(rest.Slice(NameOffset, length).TrimEnd((byte)0));
                    changes.Add((watched.Folder, name));
                }

                if ((mask & Libc.InotifyIgnored) != 0)
                {
                    _watched.Remove(number);
                }

                rest = rest[(NameOffset + length)..];
            }
        }

        return changes;
    }

    public void Dispose() => _inotify.Dispose();

    private bool TryAdd(string path, uint mask, (string Folder, string? Name) what)
    {
        var number = _inotify.IsInvalid ? -1 : Libc.InotifyAddWatch(_inotify, path, mask | Libc.InotifyNoFollow);
        if (number >= 0)
        {
            _watched[number] = what;
        }

        return number >= 0;
    }
}
