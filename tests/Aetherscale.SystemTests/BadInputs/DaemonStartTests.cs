using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>Rows 34, 36 and 37: who may reach the daemon, and where it refuses to work.</summary>
public sealed class DaemonStartTests : IDisposable
{
    private const int SettingsError = 2;
    private const int Failed = 1;
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Owner = OwnerReadWrite | UnixFileMode.UserExecute;

    // Members of the group may use the socket of the machine's daemon; nobody else, wherever they may go.
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode Passage = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A34_Nobody_but_the_owner_gets_at_the_socket()
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(TestEnvironment.IsSystem ? OwnerReadWrite | Group : OwnerReadWrite, File.GetUnixFileMode(host.Socket));
        Assert.Equal(TestEnvironment.IsSystem ? Owner | Passage : Owner, File.GetUnixFileMode(Path.GetDirectoryName(host.Socket)!));
    }

    [Theory]
    [InlineData("a", 108)]
    [InlineData("ä", 110)]
    public async Task A36_A_socket_path_over_107_bytes_is_named_at_the_start(string letter, int bytes)
    {
        var socket = SocketPath(letter, bytes);

        var result = await DaemonAsync(socket: socket);

        Assert.Equal(SettingsError, result.ExitCode);
        Assert.Contains(socket, result.Error);
        Assert.Contains("107 bytes", result.Error);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A36_A_socket_path_of_107_bytes_is_taken() =>
        (await DaemonAsync(SocketPath("a", 107), arguments: "--print-config")).Succeeded();

    [Theory]
    [InlineData("", UnixFileMode.GroupWrite)]
    [InlineData("", UnixFileMode.OtherWrite)]
    [InlineData("/images", UnixFileMode.GroupWrite)]
    [InlineData("/vms", UnixFileMode.OtherWrite)]
    [InlineData("/networks", UnixFileMode.GroupWrite)]
    public async Task A37_A_state_folder_that_others_can_write_is_refused_by_name(string part, UnixFileMode others)
    {
        var folder = $"{_folder.Path}/state{part}";
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, Owner | others);

        var result = await DaemonAsync();

        Assert.Equal(SettingsError, result.ExitCode);
        Assert.Contains($"{folder} can be written by others", result.Error);
        Assert.Contains($"chmod go-w {folder}", result.Error);
        Assert.False(File.Exists($"{_folder.Path}/api.sock"));
    }

    [Fact]
    public async Task A37_A_state_folder_behind_a_link_is_judged_by_what_it_points_to()
    {
        var elsewhere = Directory.CreateDirectory($"{_folder.Path}/elsewhere").FullName;
        File.CreateSymbolicLink($"{_folder.Path}/state", elsewhere);
        File.SetUnixFileMode(elsewhere, Owner | UnixFileMode.OtherWrite);

        Assert.Contains("can be written by others", (await DaemonAsync()).Error);

        File.SetUnixFileMode(elsewhere, Owner);

        // Stopped by the timeout after it had started.
        Assert.Equal(0, (await DaemonAsync()).ExitCode);
    }

    [Fact]
    public async Task A40_A_password_that_others_can_read_is_refused_at_the_start()
    {
        var file = $"{_folder.Path}/credentials";
        await File.WriteAllTextAsync(file, "me:secret", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, OwnerReadWrite | UnixFileMode.GroupRead);
        foreach (var arguments in new[] { new[] { "--broker-credentials-file", file }, ["--broker", "amqp://me:secret@broker.example"] })
        {
            var result = await DaemonAsync(arguments: arguments);

            Assert.Equal(SettingsError, result.ExitCode);
            Assert.DoesNotContain("secret", result.Error);
            Assert.Contains(arguments[0] == "--broker" ? "every user of this host can read it" : $"chmod 600 {file}", result.Error);
            Assert.False(File.Exists($"{_folder.Path}/api.sock"));
        }
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_made_is_named()
    {
        var result = await DaemonAsync(data: "/proc/aetherscale");

        Assert.Equal(SettingsError, result.ExitCode);
        Assert.Contains("/proc/aetherscale", result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_not_deleted_for_one()
    {
        var file = $"{_folder.Path}/precious";
        await File.WriteAllTextAsync(file, "content", TestContext.Current.CancellationToken);

        var result = await DaemonAsync(socket: file);

        Assert.Equal(SettingsError, result.ExitCode);
        Assert.Contains(file, result.Error);
        Assert.Equal("content", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task B35_A_second_daemon_does_not_take_the_first_ones_socket()
    {
        await using var host = await TestHost.StartAsync();

        var second = await DaemonAsync(socket: host.Socket);

        Assert.Equal(SettingsError, second.ExitCode);
        Assert.Contains(host.Socket, second.Error);
        Assert.Equal(0, (await host.RunAsync("list-vms")).GetArrayLength());
    }

    [Fact]
    public async Task A_network_file_that_is_broken_is_named_without_a_stack_trace()
    {
        Directory.CreateDirectory($"{_folder.Path}/state/networks");
        await File.WriteAllTextAsync($"{_folder.Path}/state/networks/default.json", "{", TestContext.Current.CancellationToken);

        AssertFailed(await DaemonAsync(), $"{_folder.Path}/state/networks/default.json");
    }

    [Fact]
    public async Task A_lock_that_cannot_be_opened_is_not_taken_for_another_daemon()
    {
        Directory.CreateDirectory($"{_folder.Path}/state/lock");

        AssertFailed(await DaemonAsync(), $"{_folder.Path}/state/lock");
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertFailed(ToolResult result, string part)
    {
        Assert.Equal(Failed, result.ExitCode);
        Assert.Contains(part, result.Error.TrimEnd().Split('\n')[^1]);
        Assert.DoesNotContain("   at ", result.Error);
    }

    private string SocketPath(string letter, int bytes)
    {
        var start = $"{_folder.Path}/";
        var room = bytes - start.Length;
        var letters = string.Concat(Enumerable.Repeat(letter, room / System.Text.Encoding.UTF8.GetByteCount(letter)));
        return start + letters + new string('a', room - System.Text.Encoding.UTF8.GetByteCount(letters));
    }

    /// <summary>Runs a daemon, for at most some seconds: it ought to end by itself.</summary>
    private Task<ToolResult> DaemonAsync(string? socket = null, string? data = null, params string[] arguments) => Tool.RunAsync(
        "/usr/bin/timeout",
        ["--preserve-status", "5", $"{TestEnvironment.Programs}/aetherscale", .. TestEnvironment.Daemon, .. arguments],
        new Dictionary<string, string>
        {
            ["AETHERSCALE_DATA_FOLDER"] = data ?? $"{_folder.Path}/state",
            ["AETHERSCALE_UNIT_FOLDER"] = $"{_folder.Path}/units",
            ["AETHERSCALE_SOCKET"] = socket ?? $"{_folder.Path}/api.sock",
        });
}
