using System.Runtime.InteropServices;
using System.Text;
using Aetherscale.Files;

namespace Aetherscale.Systemd;

/// <summary>
/// The folder of a user's own units, <c>~/.config/systemd/user</c>, or of the machine's, <c>/etc/systemd/system</c>. What it does is on disk when it returns; systemd hears of
/// nothing. A unit that systemd has never loaded needs no more than its file, and for the next boot its link.
/// </summary>
internal sealed class UnitFolder(string folder, SystemdScope scope = SystemdScope.User)
{
    private const UnixFileMode UnitMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Whose units they are.</summary>
    public SystemdScope Scope { get; } = scope;

    /// <summary>Where the units' files stand.</summary>
    public string Folder { get; } = folder;

    /// <summary>Where the links to those stand that start at boot.</summary>
    public string WantsFolder { get; } = Path.Combine(folder, scope.BootTarget() + ".wants");

    /// <summary>Where this unit's file stands.</summary>
    public string PathOf(string unit) => Path.Combine(Folder, Name(unit));

    /// <summary>The unit's text; null when no regular file stands there (a symbolic link is none, and not followed).</summary>
    public string? Read(string unit) => ReadBytes(unit) is { } content ? Encoding.UTF8.GetString(content) : null;

    /// <summary>The same as bytes.</summary>
    public byte[]? ReadBytes(string unit)
    {
        using var file = Beneath.Open(PathOf(unit), Libc.ReadOnly, Beneath.Name);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is Libc.ErrorNoEntry or Libc.ErrorSymbolicLink ? null : throw FileErrors.From(error, PathOf(unit));
        }

        if (FileStatus.Of(file) is not { Kind: FileKind.Regular } status)
        {
            return null;
        }

        var content = new byte[status.Size];
        var length = 0;
        int read;
        while (length < content.Length && (read = RandomAccess.Read(file, content.AsSpan(length), length)) > 0)
        {
            length += read;
        }

        return length == content.Length ? content : content[..length];
    }

    /// <summary>Whether anything stands where the unit's file belongs.</summary>
    public bool Contains(string unit) => FileStatus.Of(PathOf(unit)) is not null;

    /// <summary>Puts the text there in one step, in place of a file or a symbolic link.</summary>
    /// <exception cref="IOException">The disk failed, or a folder stands there.</exception>
    public void Write(string unit, string text)
    {
        Create(Folder);
        DurableFile.Replace(PathOf(unit), Encoding.UTF8.GetBytes(text), UnitMode);
    }

    /// <summary>Removes the unit's file, if there is one; its link is <see cref="Disable"/>'s.</summary>
    public void Remove(string unit) => Delete(Folder, unit);

    /// <summary>What <c>systemctl edit</c> puts beside the unit's file, in the order in which systemd reads it.</summary>
    public IReadOnlyList<string> DropInsOf(string unit)
    {
        var folder = DropInFolderOf(unit);
        return FileStatus.Of(folder) is { Kind: FileKind.Folder }
            ? [.. Directory.EnumerateFiles(folder, "*.conf").Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Removes all of that. A symbolic link in the folder's place goes itself, and what it leads to stays.</summary>
    public void RemoveDropIns(string unit)
    {
        var folder = DropInFolderOf(unit);
        switch (FileStatus.Of(folder))
        {
            case null:
                return;
            case { Kind: FileKind.Folder }:
                Directory.Delete(folder, recursive: true);
                break;
            default:
                File.Delete(folder);
                break;
        }

        DurableFile.SyncFolder(Folder);
    }

    /// <summary>Makes the unit start at boot. Once more does no harm.</summary>
    /// <exception cref="IOException">The disk failed, or something else stands in the link's place.</exception>
    public void Enable(string unit)
    {
        var link = LinkOf(unit);
        if (IsEnabled(unit))
        {
            return;
        }

        Create(WantsFolder);
        if (FileStatus.Of(link) is { Kind: not FileKind.SymbolicLink })
        {
            throw new IOException($"{link}: a file stands where the link should be.");
        }

        var temporary = link + DurableFile.TemporarySuffix;
        File.Delete(temporary);
        try
        {
            File.CreateSymbolicLink(temporary, Target(unit));
            File.Move(temporary, link, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }

        DurableFile.SyncFolder(WantsFolder);
    }

    /// <summary>The unit does not start at boot any more. Once more does no harm.</summary>
    public void Disable(string unit) => Delete(WantsFolder, unit);

    /// <summary>True when our link stands there, whether or not the unit's file does.</summary>
    public bool IsEnabled(string unit) => new FileInfo(LinkOf(unit)).LinkTarget == Target(unit);

    private static string Target(string unit) => $"../{unit}";

    /// <summary>Whether a unit of ours could be called so.</summary>
    public static bool IsName(string text) =>
        UnitEscaper.IsPlain(text) && !text.Contains('/', StringComparison.Ordinal) && !text.StartsWith('.');

    private static string Name(string unit) =>
        IsName(unit)
            ? unit
            : throw new ArgumentException($"No unit is called \"{unit}\".", nameof(unit));

    private static void Create(string path)
    {
        if (FileStatus.Of(path) is not null)
        {
            return;
        }

        var parent = Path.GetDirectoryName(path)!;
        Create(parent);
        Directory.CreateDirectory(path);
        DurableFile.SyncFolder(parent);
    }

    private static void Delete(string folder, string unit)
    {
        var path = Path.Combine(folder, Name(unit));
        if (FileStatus.Of(path) is not null)
        {
            File.Delete(path);
            DurableFile.SyncFolder(folder);
        }
    }

    private string DropInFolderOf(string unit) => PathOf(unit) + ".d";

    private string LinkOf(string unit) => Path.Combine(WantsFolder, Name(unit));
}
