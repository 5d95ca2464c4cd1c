using System.Text;
using Aetherscale.Files;

namespace Aetherscale.Tests.Files;

public sealed class DurableFileTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestFolder _folder = new();

    [Fact]
    public void A_file_is_replaced_whole_with_its_mode()
    {
        File.WriteAllText(_folder["x"], "a longer text than the new one");

        DurableFile.Replace(_folder["x"], "new"u8, Private);

        Assert.Equal("new", File.ReadAllText(_folder["x"]));
        Assert.Equal(Private, File.GetUnixFileMode(_folder["x"]));
        Assert.Equal(["x"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_symbolic_link_is_replaced_and_its_target_left_alone()
    {
        File.WriteAllText(_folder["target"], "old");
        File.CreateSymbolicLink(_folder["link"], _folder["target"]);

        DurableFile.Replace(_folder["link"], "new"u8, Private);

        Assert.Equal("old", File.ReadAllText(_folder["target"]));
        Assert.Null(new FileInfo(_folder["link"]).LinkTarget);
    }

    [Fact]
    public void What_a_killed_writer_left_is_no_obstacle()
    {
        File.WriteAllText(_folder["x" + DurableFile.TemporarySuffix], "half");

        DurableFile.Replace(_folder["x"], "new"u8, Private);

        Assert.Equal(["x"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_new_file_never_overwrites()
    {
        File.WriteAllText(_folder["x"], "mine");

        Assert.Throws<IOException>(() => DurableFile.WriteNew(_folder["x"], "theirs"u8, Private));
        Assert.Equal("mine", File.ReadAllText(_folder["x"], Encoding.UTF8));
    }

    [Fact]
    public void A_folder_that_is_not_there_cannot_be_synced() =>
        Assert.Throws<IOException>(() => DurableFile.SyncFolder(_folder["nowhere"]));

    [Fact]
    public void Status_tells_files_apart_and_follows_no_link()
    {
        File.WriteAllText(_folder["x"], "12345");
        Directory.CreateDirectory(_folder["folder"]);
        File.CreateSymbolicLink(_folder["link"], _folder["x"]);
        Assert.Equal(0, Libc.Link(_folder["x"], _folder["same"]));

        var x = FileStatus.Of(_folder["x"])!.Value;
        Assert.Equal((FileKind.Regular, 5L), (x.Kind, x.Size));
        Assert.Equal(FileKind.Folder, FileStatus.Of(_folder["folder"])!.Value.Kind);
        Assert.Equal(FileKind.SymbolicLink, FileStatus.Of(_folder["link"])!.Value.Kind);
        Assert.Equal((x.Device, x.Inode), (FileStatus.Of(_folder["same"])!.Value.Device, FileStatus.Of(_folder["same"])!.Value.Inode));
        Assert.NotEqual(0UL, x.Device);
        Assert.NotEqual(FileStatus.Of("/proc/self/stat")!.Value.Device, x.Device);
        Assert.Null(FileStatus.Of(_folder["nowhere"]));
    }

    [Fact]
    public void A_folder_has_one_lock()
    {
        using (var first = FolderLock.TryTake(_folder.Path))
        {
            Assert.NotNull(first);
            Assert.Null(FolderLock.TryTake(_folder.Path));
        }

        using var second = FolderLock.TryTake(_folder.Path);
        Assert.NotNull(second);
    }

    public void Dispose() => _folder.Dispose();
}
