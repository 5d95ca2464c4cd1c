using Aetherscale.Files;

namespace Aetherscale.Tests.Files;

public sealed class FolderLockTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void A_folder_is_one_daemons_until_that_lets_go()
    {
        using (var first = FolderLock.TryTake(_folder.Path))
        {
            Assert.NotNull(first);
            Assert.Null(FolderLock.TryTake(_folder.Path));
        }

        using var next = FolderLock.TryTake(_folder.Path);
        Assert.NotNull(next);
    }

    [Fact]
    public void What_is_no_daemon_is_not_taken_for_one()
    {
        Directory.CreateDirectory(_folder["lock"]);

        Assert.Throws<UnauthorizedAccessException>(() => FolderLock.TryTake(_folder.Path));
        Assert.Throws<DirectoryNotFoundException>(() => FolderLock.TryTake(_folder["nowhere"]));
    }

    public void Dispose() => _folder.Dispose();
}
