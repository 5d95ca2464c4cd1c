using System.Net.Sockets;
using Aetherscale.Files;
using Aetherscale.Images;
using Aetherscale.Qemu;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.Consoles;
using Aetherscale.VirtualMachines.History;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.SystemTests.Faults;

/// <summary>
/// The daemon's own code opens each of its paths 10,000 times, while somebody swaps the name, or the folder above it, for a link to
/// something precious. It is never opened, and what belongs there often is.
/// </summary>
public sealed class SymlinkRaceTests : IDisposable
{
    private const int Times = 10_000;

    private readonly TemporaryFolder _folder = new();
    private readonly VmId _id = VmId.TryParse("abcdefgh", out var id) ? id : default;
    private readonly VmFolder _files;
    private readonly RuntimeFolder _runtime;
    private int _good;

    public SymlinkRaceTests()
    {
        _files = new VmFolder($"{_folder.Path}/vms/{_id}");
        _runtime = new RuntimeFolder($"{_folder.Path}/run");
        Directory.CreateDirectory(_files.FolderPath);
        Directory.CreateDirectory(_runtime.OfVm(_id).FolderPath);
        Directory.CreateDirectory($"{_folder.Path}/precious");
    }

    public static TheoryData<string> Files { get; } =
        ["vm.json", "disk.qcow2", "seed.iso", "console.log", "console.log, cut", "history.jsonl, read", "history.jsonl, written", "owner", "screen", "unit", "image", "credentials", "read", "written"];

    public static TheoryData<string> Sockets { get; } = ["qmp.sock", "qga.sock", "console.sock"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Vm Vm => new(_id, _files, null, "none");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_becomes_a_link_is_never_followed(string what)
    {
        SkipWhereNobodyCan(what);
        var (path, open) = Opening(what);
        File.WriteAllText(path, "its own");
        File.WriteAllText($"{_folder.Path}/precious/file", "precious");

        using var swapper = new NameSwapper(path, $"{_folder.Path}/precious/file", $"{_folder.Path}/precious/file");
        Repeat(open, swapper);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_VMs_folder_that_becomes_a_link_is_never_followed(string what)
    {
        SkipWhereNobodyCan(what);
        Assert.SkipWhen(what is "unit" or "image", "Their folder is the administrator's, and may be a link.");
        var (path, open) = Opening(what);
        File.WriteAllText(path, "its own");
        var precious = $"{_folder.Path}/precious/{Path.GetFileName(path)}";
        File.WriteAllText(precious, "precious");

        using var swapper = new NameSwapper(Path.GetDirectoryName(path)!, $"{_folder.Path}/precious", precious);
        Repeat(open, swapper);
    }

    /// <summary>What is made must not be there yet, so that no link in its own place is ever followed: the folder is what may be one.</summary>
    [Theory]
    [InlineData("made")]
    [InlineData("crashes/now/made")]
    public void A_folder_that_becomes_a_link_gets_no_new_file(string what)
    {
        var path = $"{_files.FolderPath}/{what}";
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        File.WriteAllText($"{_folder.Path}/precious/file", "precious");
        var number = 0;

        using var swapper = new NameSwapper(folder, $"{_folder.Path}/precious", $"{_folder.Path}/precious/file");
        Repeat(what == "made" ? Make : Bundle, swapper);

        Assert.Equal([$"{_folder.Path}/precious/file"], Directory.EnumerateFileSystemEntries($"{_folder.Path}/precious"));

        bool Make()
        {
            StateFile.Create($"{path}-{++number}", UnixFileMode.UserRead).Dispose();
            return true;
        }

        bool Bundle()
        {
            var bundle = new BundleWriter(folder);
            bundle.Add($"made-{++number}", "it", () => [1]);
            return bundle.Made.Files.Count == 1;
        }
    }

    [Fact]
    public void A_folder_that_becomes_a_link_is_not_given_away()
    {
        SkipWhereNobodyCan("owner");
        var path = $"{_files.FolderPath}/folder";
        Directory.CreateDirectory(path);

        using var swapper = new NameSwapper(path, $"{_folder.Path}/precious", $"{_folder.Path}/precious");
        Repeat(() => { VmUsers.GiveFolder(path, Libc.GetEffectiveUserId()); return true; }, swapper);
    }

    /// <summary>A QEMU may make folders and links where its sockets are, as many as it likes.</summary>
    [Fact]
    public async Task Who_waits_for_a_socket_looks_into_no_other_folder()
    {
        var sockets = _runtime.OfVm(_id);
        Directory.CreateDirectory($"{sockets.FolderPath}/sub");
        using var watch = new SocketWatch(_runtime);
        var waiting = watch.WaitAsync(_id, TimeSpan.FromMinutes(5), TimeProvider.System, Token);
        using (var swapper = new NameSwapper($"{sockets.FolderPath}/sub", $"{_folder.Path}/precious", $"{_folder.Path}/precious"))
        {
            while (swapper.Swaps < Times)
            {
                await Task.Delay(1, Token);
            }

            Assert.False(swapper.WasTouched());
        }

        Assert.False(waiting.IsCompleted);
        File.WriteAllText(sockets.QmpSocket, "");
        await waiting.WaitAsync(TimeSpan.FromSeconds(5), Token);
    }

    [Theory]
    [MemberData(nameof(Sockets))]
    public async Task A_socket_that_becomes_a_link_is_never_followed(string what)
    {
        var sockets = _runtime.OfVm(_id);
        var path = $"{sockets.FolderPath}/{what}";
        using var own = Listen("own");
        using var precious = Listen("precious/socket");
        File.Move($"{_folder.Path}/own", path);
        var trapped = 0;
        using var over = new CancellationTokenSource();
        var accepting = Task.WhenAll(AcceptAsync(own, () => _good++, over.Token), AcceptAsync(precious, () => trapped++, over.Token));
        var consoles = new GuestConsoles(_runtime, TimeProvider.System);
        using (var swapper = new NameSwapper(path, $"{_folder.Path}/precious/socket", $"{_folder.Path}/precious"))
        {
            for (var time = 0; time < Times; time++)
            {
                await TryConnectAsync(what, sockets, consoles);
            }

            Assert.InRange(swapper.Swaps, Times / 100, long.MaxValue);
        }

        await over.CancelAsync();
        await accepting;
        Assert.Equal(0, trapped);
        Assert.InRange(_good, 1, int.MaxValue);
    }

    /// <summary>Else the others would prove nothing.</summary>
    [Fact]
    public void One_who_follows_links_is_found_out()
    {
        var path = $"{_files.FolderPath}/file";
        File.WriteAllText(path, "its own");
        File.WriteAllText($"{_folder.Path}/precious/file", "precious");
        using var swapper = new NameSwapper(path, $"{_folder.Path}/precious/file", $"{_folder.Path}/precious/file");
        for (var time = 0; time < Times; time++)
        {
            _ = File.ReadAllText(path);
        }

        Assert.True(swapper.WasTouched());
    }

    private async Task TryConnectAsync(string what, VmRuntimeFolder sockets, GuestConsoles consoles)
    {
        try
        {
            switch (what)
            {
                case "qmp.sock":
                    await using (await QmpClient.ConnectAsync(sockets.QmpSocket, TimeSpan.FromSeconds(5), TimeProvider.System, NullLogger.Instance, Token))
                    {
                    }

                    break;
                case "qga.sock":
                    await GuestAgentClient.PingAsync(sockets.AgentSocket, Token);
                    break;
                default:
                    using (await consoles.OpenAsync(Vm, 1, Token))
                    {
                    }

                    break;
            }
        }
        catch (Exception error) when (error is QmpException or AetherscaleException or IOException)
        {
            // The link was there, or the other side has hung up.
        }
    }

    /// <summary>The path, and how the daemon opens it: what it finds there is nothing that it could use.</summary>
    private (string Path, Func<bool> Open) Opening(string what)
    {
        var units = new UnitFolder($"{_folder.Path}/vms", SystemdScope.System);
        var screen = $"{_runtime.OfVm(_id).FolderPath}/screen";
        return what switch
        {
            "vm.json" => (_files.Spec, () => !VmSpecFile.Read(_id, _files).Problem!.Contains("symbolic")),
            "disk.qcow2" => (_files.Disk, () => IsRefused(() => OverlayFile.Check(_files.Disk, "/base"))),
            "seed.iso" => (_files.Seed, () => IsRefused(() => SeedFile.Read(_files.Seed, null!))),
            "console.log" => (_files.ConsoleLog, () => new ConsoleFollower(_files).ReadLast(1).Length > 0),
            "console.log, cut" => (_files.ConsoleLog, () => { Beneath.OpenFile(_files.ConsoleLog, Libc.ReadWrite).Dispose(); return true; }),
            "history.jsonl, read" => (_files.History, () => HistoryFile.ReadLast(_files, 1).Count == 0),
            "history.jsonl, written" => (_files.History, Append),
            "owner" => (_files.Disk, () => { VmUsers.Give(_files.Disk, Libc.GetEffectiveUserId()); return true; }),
            "screen" => (screen, () => FileEnd.Read(screen, 16).Length > 0),
            "credentials" => ($"{Credentials()}/system.hostname", () => { VmUsers.Give($"{_files.Credentials}/system.hostname", Libc.GetEffectiveUserId()); return true; }),
            "read" => ($"{_files.FolderPath}/state", () => StateFile.Read($"{_files.FolderPath}/state").Length > 0),
            "written" => ($"{_files.FolderPath}/state", () => { StateFile.Write($"{_files.FolderPath}/state", "its own"u8, UnixFileMode.UserRead); return true; }),
            "unit" => (units.PathOf("x.service"), () => units.Read("x.service") is not null),
            _ => ($"{_files.FolderPath}/image", () => { using var file = ImageFile.Open($"{_files.FolderPath}/image"); return file is not null; }),
        };
    }

    private static void SkipWhereNobodyCan(string what) =>
        Assert.SkipWhen(what is "owner" or "credentials" && Libc.GetEffectiveUserId() != 0, "Only root gives files away.");

    private string Credentials() => Directory.CreateDirectory(_files.Credentials).FullName;

    private bool Append()
    {
        HistoryFile.Append(_files, new VmTransition { Time = DateTimeOffset.UnixEpoch, Event = TransitionKind.Started, Status = VmState.Running, Cause = TransitionCause.Request, Text = "it was started" });
        return true;
    }

    /// <summary>Whether it was opened, and found to be nothing of use.</summary>
    private static bool IsRefused(Action open) =>
        Record.Exception(open) is InvalidDataException error && !error.Message.Contains("symbolic", StringComparison.Ordinal);

    private void Repeat(Func<bool> open, NameSwapper swapper)
    {
        for (var time = 0; time < Times; time++)
        {
            try
            {
                _good += open() ? 1 : 0;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or AetherscaleException)
            {
                // The link was there.
            }
        }

        Assert.InRange(swapper.Swaps, Times / 100, long.MaxValue);
        Assert.InRange(_good, 1, Times);
        Assert.False(swapper.WasTouched());
    }

    private Socket Listen(string name)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint($"{_folder.Path}/{name}"));
        listener.Listen();
        return listener;
    }

    private static async Task AcceptAsync(Socket listener, Action count, CancellationToken over)
    {
        try
        {
            while (true)
            {
                (await listener.AcceptAsync(over)).Dispose();
                count();
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
