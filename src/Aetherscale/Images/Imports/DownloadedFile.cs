using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Images.Imports;

/// <summary>A file that was fetched, or a part of it. Whoever has it is alone with it until it is removed or released.</summary>
internal sealed class DownloadedFile(string folder, SemaphoreSlim turn)
{
    private string Part => $"{folder}/part";

    private string State => $"{folder}/state.json";

    /// <summary>Bytes that have come.</summary>
    public long Length => File.Exists(Part) ? new FileInfo(Part).Length : 0;

    /// <summary>Whether all of it was there already, so that the server was not asked.</summary>
    public bool IsFromBefore { get; set; }

    /// <summary>What was noted when the first of them came.</summary>
    public DownloadState? StateOf(Uri url) => DownloadState.TryRead(State) is { } state && state.Url == url.AbsoluteUri ? state : null;

    public void Clear()
    {
        Directory.CreateDirectory(folder, ImportFolder.Mode);
        File.Delete(Part);
    }

    public void Note(DownloadState state) => state.Write(State);

    public SafeFileHandle OpenToAppend() => StateFile.OpenToWrite(Part, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    public Stream OpenToRead() => new FileStream(Beneath.OpenFile(Part), FileAccess.Read, bufferSize: 0);

    /// <summary>It is of no use any more.</summary>
    public void Remove()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The next one may have it.</summary>
    public void Release() => turn.Release();
}
