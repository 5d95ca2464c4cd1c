using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Files;

/// <summary>
/// Tells at once of each new name in some folders (inotify(7)): never of what is below them, and through no link. The callback is called by
/// a thread of its own, one name after the other.
/// </summary>
internal sealed class NameWatch : IDisposable
{
    private const uint New = Libc.InotifyCreate | Libc.InotifyMovedTo | Libc.InotifyOnlyFolder | Libc.InotifyNoFollow;

    // struct inotify_event, as in FolderWatch.
    private const int MaskOffset = 4;
    private const int LengthOffset = 12;
    private const int NameOffset = 16;

    private readonly SafeFileHandle _inotify = Libc.InotifyInit(Libc.CloseOnExec);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _numbers = [];
    private readonly Dictionary<int, string> _folders = [];
    private readonly Action<string, string> _onNew;
    private volatile bool _over;

    /// <param name="onNew">Given the folder, and the name in it.</param>
    public NameWatch(Action<string, string> onNew)
    {
        _onNew = onNew;
        if (!_inotify.IsInvalid)
        {
            new Thread(Run) { IsBackground = true, Name = nameof(NameWatch) }.Start();
        }
    }

    /// <summary>Watches a folder from now on; once more does no harm.</summary>
    /// <returns>False when there is no such folder, or the kernel watches no more of them (fs.inotify.max_user_watches).</returns>
    public bool TryAdd(string folder)
    {
        lock (_gate)
        {
            var number = _over || _inotify.IsInvalid ? -1 : Libc.InotifyAddWatch(_inotify, folder, New);
            if (number >= 0)
            {
                _numbers[folder] = number;
                _folders[number] = folder;
            }

            return number >= 0;
        }
    }

    /// <summary>Watches it no longer.</summary>
    public void Remove(string folder)
    {
        lock (_gate)
        {
            if (!_over && _numbers.Remove(folder, out var number))
            {
                _folders.Remove(number);
                _ = Libc.InotifyRemoveWatch(_inotify, number);
            }
        }
    }

    /// <summary>The end of a watch is told as an event, too: that wakes the thread, which ends then.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            foreach (var number in _folders.Keys)
            {
                _ = Libc.InotifyRemoveWatch(_inotify, number);
            }
        }

        _inotify.Dispose();
    }

    private void Run()
    {
        var buffer = new byte[64 * 1024];
        while (!_over)
        {
            var count = Libc.Read(_inotify, buffer, (nuint)buffer.Length);
            if (count <= 0 && Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
            {
                return;
            }

            for (var rest = buffer.AsSpan(0, (int)Math.Max(count, 0)); rest.Length > 0 && !_over;)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest[LengthOffset..]);
                if (FolderOf(BinaryPrimitives.ReadInt32LittleEndian(rest), BinaryPrimitives.ReadUInt32LittleEndian(rest[MaskOffset..])) is { } folder)
                {
                    _onNew(folder, Encoding.UTF8.GetString(rest.Slice(NameOffset, length).TrimEnd((byte)0)));
                }

                rest = rest[(NameOffset + length)..];
            }
        }
    }

    /// <summary>Null for what is no new name.</summary>
    private string? FolderOf(int number, uint mask)
    {
        lock (_gate)
        {
            if ((mask & Libc.InotifyIgnored) != 0 && _folders.Remove(number, out var gone) && _numbers.GetValueOrDefault(gone) == number)
            {
                _numbers.Remove(gone);
            }

            return (mask & (Libc.InotifyCreate | Libc.InotifyMovedTo)) != 0 ? _folders.GetValueOrDefault(number) : null;
        }
    }
}
