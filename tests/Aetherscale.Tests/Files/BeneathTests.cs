using System.Net.Sockets;
using Aetherscale.Files;

namespace Aetherscale.Tests.Files;

/// <summary>A VM's folder that belongs to somebody hostile: nothing there leads out of it.</summary>
public sealed class BeneathTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _file;

    public BeneathTests()
    {
        Directory.CreateDirectory(_folder["vms/a"]);
        File.WriteAllText(_folder["vms/a/file"], "its own");
        File.WriteAllText(_folder["secret"], "secret");
        _file = _folder["vms/a/file"];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_plain_file_is_opened()
    {
        using var file = Beneath.OpenFile(_file);

        Assert.Equal("its own", Read(file));
    }

    [Fact]
    public void A_link_in_the_files_place_is_not_followed()
    {
        File.Delete(_file);
        File.CreateSymbolicLink(_file, _folder["secret"]);

        Assert.Throws<IOException>(() => Beneath.OpenFile(_file));
    }

    [Fact]
    public void A_link_in_the_folders_place_is_not_followed()
    {
        Directory.Move(_folder["vms/a"], _folder["elsewhere"]);
        File.CreateSymbolicLink(_folder["vms/a"], _folder["elsewhere"]);

        Assert.Throws<IOException>(() => Beneath.OpenFile(_file));
        Assert.Equal("its own", Read(Beneath.Open(_file, Libc.ReadOnly, Beneath.Name)));
    }

    [Fact]
    public void The_folder_of_all_may_be_a_link_to_a_larger_disk()
    {
        Directory.Move(_folder["vms"], _folder["large"]);
        File.CreateSymbolicLink(_folder["vms"], _folder["large"]);

        using var file = Beneath.OpenFile(_file);
        Assert.Equal("its own", Read(file));
    }

    [Theory]
    [InlineData("/vms/a/../../secret")]
    [InlineData("/vms/../secret")]
    public void No_path_leads_up(string path)
    {
        var error = Record.Exception(() => Beneath.OpenFile(_folder[""].TrimEnd('/') + path));

        Assert.IsType<IOException>(error);
    }

    [Fact]
    public async Task A_socket_is_connected_to_however_long_its_path_is()
    {
        var name = new string('x', 100);
        using var listener = Listen("short");
        File.Move(_folder["short"], _folder[$"vms/a/{name}"]);
        using var client = Client();

        await Beneath.ConnectAsync(client, _folder[$"vms/a/{name}"], TestContext.Current.CancellationToken);

        Assert.True(client.Connected);
    }

    [Fact]
    public async Task Behind_a_link_there_is_no_socket()
    {
        using var listener = Listen("other.sock");
        File.CreateSymbolicLink(_folder["vms/a/sock"], _folder["other.sock"]);
        using var client = Client();

        await Assert.ThrowsAsync<SocketException>(
            () => Beneath.ConnectAsync(client, _folder["vms/a/sock"], TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<SocketException>(() => Beneath.ConnectAsync(client, _file, TestContext.Current.CancellationToken));
    }

    private static string Read(Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        var bytes = new byte[64];
        return System.Text.Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
    }

    private static Socket Client() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private Socket Listen(string name)
    {
        var listener = Client();
        listener.Bind(new UnixDomainSocketEndPoint(_folder[name]));
        listener.Listen();
        return listener;
    }
}
