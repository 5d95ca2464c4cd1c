using System.Net.Sockets;
using Aetherscale.Api;
using Aetherscale.Files;

namespace Aetherscale.Tests.Api;

public sealed class ApiSocketTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string Path => _folder["api.sock"];

    [Fact]
    public void Where_nothing_is_the_daemon_may_listen()
    {
        Assert.Null(ApiSocket.WhyNotFree(Path));
        Assert.Null(ApiSocket.WhyNotFree(_folder["nowhere/api.sock"]));
    }

    [Fact]
    public void A_socket_that_someone_listens_on_is_not_stolen()
    {
        using (Listen())
        {
            Assert.Contains(Path, ApiSocket.WhyNotFree(Path));
        }
    }

    [Fact]
    public void A_listener_that_is_too_busy_to_answer_is_not_stolen_from_either()
    {
        using var listener = Listen();
        using var waiting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        waiting.Connect(new UnixDomainSocketEndPoint(Path));

        Assert.Contains(Path, ApiSocket.WhyNotFree(Path));
        Assert.Contains(Path, ApiSocket.WhyNotFree(Path));
    }

    [Fact]
    public void What_a_dead_daemon_left_makes_way()
    {
        LeaveSocket();

        Assert.Equal(FileKind.Socket, FileStatus.Of(Path)?.Kind);
        Assert.Null(ApiSocket.WhyNotFree(Path));
        ApiSocket.MakeWay(Path);
        Assert.Null(FileStatus.Of(Path));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("link")]
    public void What_is_no_socket_is_named_and_kept(string kind)
    {
        switch (kind)
        {
            case "file":
                File.WriteAllText(Path, "content");
                break;
            case "folder":
                Directory.CreateDirectory(Path);
                break;
            default:
                File.CreateSymbolicLink(Path, "/nowhere");
                break;
        }

        Assert.Contains($"{Path} is to be the daemon's socket", ApiSocket.WhyNotFree(Path));
        ApiSocket.MakeWay(Path);
        Assert.NotNull(FileStatus.Of(Path));
    }

    [Fact]
    public void A_folder_of_ours_is_closed_and_another_users_is_left_alone()
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Open = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead;
        var folder = _folder["aetherscale"];
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, Open);
        var owner = Libc.GetEffectiveUserId();

        ApiSocket.Close(folder, owner + 1);
        Assert.Equal(Open, File.GetUnixFileMode(folder));

        ApiSocket.Close(folder, owner);
        Assert.Equal(Owner, File.GetUnixFileMode(folder));

        ApiSocket.Close(_folder["nowhere"], owner);
    }

    public void Dispose() => _folder.Dispose();

    private Socket Listen()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen(0);
        return listener;
    }

    /// <summary>.NET removes a socket's file when it closes the socket; a killed daemon does not.</summary>
    private void LeaveSocket()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_folder["elsewhere"]));
        File.Move(_folder["elsewhere"], Path);
    }
}
