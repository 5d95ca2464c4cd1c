using Aetherscale.Systemd;

namespace Aetherscale.Tests.Systemd;

public sealed class UnitFolderTests : IDisposable
{
    private const string Unit = "aetherscale-vm-abcdefgh.service";

    private readonly string _root = Directory.CreateTempSubdirectory("aetherscale-test-").FullName;
    private readonly string _folder;
    private readonly UnitFolder _units;

    public UnitFolderTests()
    {
        _folder = Path.Combine(_root, "config", "systemd", "user");
        _units = new UnitFolder(_folder);
    }

    [Fact]
    public void Drop_ins_are_listed_in_the_order_of_their_names_and_removed_whole()
    {
        var folder = _units.PathOf("a.service") + ".d";
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { "b.conf", "a.conf", "notes.txt" })
        {
            File.WriteAllText($"{folder}/{name}", "");
        }

        Assert.Equal([$"{folder}/a.conf", $"{folder}/b.conf"], _units.DropInsOf("a.service"));

        _units.RemoveDropIns("a.service");
        _units.RemoveDropIns("a.service");
        Assert.Empty(_units.DropInsOf("a.service"));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void A_link_in_place_of_the_drop_ins_goes_and_its_target_stays()
    {
        Directory.CreateDirectory(_units.Folder);
        var target = Directory.CreateDirectory(_units.Folder + "/precious").FullName;
        File.WriteAllText($"{target}/a.conf", "");
        File.CreateSymbolicLink(_units.PathOf("a.service") + ".d", target);

        _units.RemoveDropIns("a.service");

        Assert.Null(new FileInfo(_units.PathOf("a.service") + ".d").LinkTarget);
        Assert.True(File.Exists($"{target}/a.conf"));
    }

    [Fact]
    public void What_is_written_is_read_and_gone_when_removed()
    {
        Assert.Null(_units.Read(Unit));

        _units.Write(Unit, "[Unit]\n# é\n");
        _units.Write(Unit, "\ufeff[Service]\n");

        Assert.Equal("\ufeff[Service]\n", _units.Read(Unit));
        Assert.Equal([_units.PathOf(Unit)], Directory.GetFileSystemEntries(_folder));
        Assert.Equal("-rw-r--r--", Mode(_units.PathOf(Unit)));
        _units.Remove(Unit);
        _units.Remove(Unit);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_unit_is_enabled_by_a_relative_link_and_both_ways_are_idempotent()
    {
        Assert.False(_units.IsEnabled(Unit));
        _units.Disable(Unit);

        _units.Enable(Unit);
        _units.Enable(Unit);

        Assert.True(_units.IsEnabled(Unit));
        var link = Assert.Single(Directory.GetFileSystemEntries(Path.Combine(_folder, "default.target.wants")));
        Assert.Equal($"../{Unit}", new FileInfo(link).LinkTarget);
        _units.Disable(Unit);
        _units.Disable(Unit);
        Assert.False(_units.IsEnabled(Unit));
    }

    [Fact]
    public void A_link_that_points_elsewhere_is_set_right()
    {
        var link = Path.Combine(_folder, "default.target.wants", Unit);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, "/etc/passwd");
        File.CreateSymbolicLink(link + ".tmp", "/left/over");
        Assert.False(_units.IsEnabled(Unit));

        _units.Enable(Unit);

        Assert.True(_units.IsEnabled(Unit));
        Assert.Equal([link], Directory.GetFileSystemEntries(Path.GetDirectoryName(link)!));
    }

    [Fact]
    public void A_file_in_the_place_of_the_link_is_left_alone()
    {
        var link = Path.Combine(_folder, "default.target.wants", Unit);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.WriteAllText(link, "mine");

        Assert.Throws<IOException>(() => _units.Enable(Unit));

        Assert.Equal("mine", File.ReadAllText(link));
    }

    [Fact]
    public void A_symbolic_link_in_the_place_of_a_unit_is_not_followed()
    {
        Directory.CreateDirectory(_folder);
        var target = Path.Combine(_root, "secret");
        File.WriteAllText(target, "secret");
        File.CreateSymbolicLink(_units.PathOf(Unit), target);

        Assert.Null(_units.Read(Unit));
        _units.Write(Unit, "[Unit]\n");

        Assert.Equal("[Unit]\n", _units.Read(Unit));
        Assert.Null(new FileInfo(_units.PathOf(Unit)).LinkTarget);
        Assert.Equal("secret", File.ReadAllText(target));
    }

    [Fact]
    public void A_dangling_link_is_no_unit_and_is_removed()
    {
        Directory.CreateDirectory(_folder);
        File.CreateSymbolicLink(_units.PathOf(Unit), "/does/not/exist");

        Assert.Null(_units.Read(Unit));
        _units.Remove(Unit);

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_folder_in_the_place_of_a_unit_is_no_unit_and_stays()
    {
        Directory.CreateDirectory(_units.PathOf(Unit));

        Assert.Null(_units.Read(Unit));
        Assert.ThrowsAny<IOException>(() => _units.Write(Unit, "[Unit]\n"));

        Assert.True(Directory.Exists(_units.PathOf(Unit)));
        Assert.Equal([_units.PathOf(Unit)], Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("../x.service")]
    [InlineData("a/b.service")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a b.service")]
    public void A_name_that_would_leave_the_folder_is_refused(string unit)
    {
        Assert.Throws<ArgumentException>(() => _units.Read(unit));
        Assert.Throws<ArgumentException>(() => _units.Write(unit, ""));
        Assert.Throws<ArgumentException>(() => _units.Remove(unit));
        Assert.Throws<ArgumentException>(() => _units.Enable(unit));
        Assert.Throws<ArgumentException>(() => _units.Disable(unit));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string Mode(string path)
    {
        var mode = File.GetUnixFileMode(path);
        return "-" + string.Concat("rwxrwxrwx".Select((letter, i) => ((int)mode & (1 << (8 - i))) != 0 ? letter : '-'));
    }
}
