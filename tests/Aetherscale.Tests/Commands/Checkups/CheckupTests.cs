using Aetherscale.Commands;
using Aetherscale.Commands.Checkups;
using Aetherscale.Contract.Commands;
using Aetherscale.Files;
using Aetherscale.Processes;
using Aetherscale.Systemd;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Commands.Checkups;

public sealed class CheckupTests : IDisposable
{
    private const ulong Mib = 1 << 20;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, false, "warning")]
    [InlineData(true, false, "fail")]
    [InlineData(true, true, "ok")]
    public async Task Lingering_matters_where_a_logind_looks_after_the_user(bool isLookedAfter, bool lingers, string status)
    {
        if (isLookedAfter)
        {
            Directory.CreateDirectory(_folder["users"]);
            File.WriteAllText(_folder["users/1000"], "");
        }

        if (lingers)
        {
            Directory.CreateDirectory(_folder["linger"]);
            File.WriteAllText(_folder["linger/ann"], "");
        }

        var finding = await OnlyAsync(OfLinger());

        Assert.Equal(status, finding.Status);
        Assert.Equal(status == "fail" ? "sudo loginctl enable-linger ann" : null, finding.Mend);
    }

    [Theory]
    [InlineData(300, 5000, "ok")]
    [InlineData(50, 5000, "warning")]
    [InlineData(5, 5000, "fail")]
    [InlineData(300, 500, "warning")]
    [InlineData(300, 50, "fail")]
    [InlineData(300, null, "ok")]
    public void Room_is_bytes_and_files(int freeMib, int? files, string status)
    {
        var room = new FileSystemRoom((ulong)freeMib * Mib, 1000 * Mib, (ulong?)files);

        var finding = new RoomCheckup("", "").Judge("/data", room, little: 100 * Mib, tooLittle: 10 * Mib);

        Assert.Equal(status, finding.Status);
        Assert.StartsWith($"/data: {freeMib} MiB of 1000 MiB free", finding.Found);
    }

    [Fact]
    public async Task The_room_of_a_real_folder_is_what_the_runtime_says()
    {
        var drive = new DriveInfo(_folder.Path);

        var room = FileSystemRoom.Of(_folder.Path);

        Assert.Equal((ulong)drive.TotalSize, room.TotalBytes);
        Assert.InRange(room.FreeBytes, (ulong)drive.AvailableFreeSpace / 2, (ulong)drive.TotalSize);
        await Assert.ThrowsAsync<IOException>(() => new RoomCheckup(_folder["none"], _folder.Path).LookAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_that_others_can_write_is_named_with_its_mending()
    {
        var open = _folder["open"];
        Directory.CreateDirectory(open);
        File.SetUnixFileMode(open, (UnixFileMode)0b111_111_101);
        File.CreateSymbolicLink(_folder["link"], open);
        var user = Libc.GetEffectiveUserId();

        Assert.Equal("ok", (await OnlyAsync(new PermissionsCheckup([_folder.Path, _folder["none"]], user))).Status);
        Assert.Equal($"chmod go-w {open}", (await OnlyAsync(new PermissionsCheckup([_folder["link"]], user))).Mend);
        var foreign = await OnlyAsync(new PermissionsCheckup([_folder.Path], user + 1));
        Assert.Contains("another user", foreign.Found);
        Assert.Equal($"sudo chown -R {user + 1} {_folder.Path}", foreign.Mend);
    }

    [Fact]
    public async Task Missing_network_programs_are_named_with_their_packages()
    {
        Directory.CreateDirectory(_folder["usr/bin"]);
        Directory.CreateDirectory(_folder["usr/sbin"]);
        foreach (var tool in new[] { "bin/vde_switch", "bin/vdens", "bin/slirp4netns", "sbin/ip", "bin/nsenter", "bin/socat" })
        {
            File.WriteAllText(_folder["usr/" + tool], "");
        }

        var finding = await OnlyAsync(new NetworkToolsCheckup(_folder.Path));

        Assert.Equal(("fail", "sudo apt-get install dnsmasq-base nftables"), (finding.Status, finding.Mend));
        Assert.EndsWith("/usr/sbin/dnsmasq, /usr/sbin/nft", finding.Found);
        Assert.EndsWith(" vdeplug", (await OnlyAsync(new NetworkToolsCheckup(_folder.Path, withBridge: true))).Mend);
    }

    [Fact]
    public async Task The_broker_is_told_as_its_door_last_found_it()
    {
        var state = new BrokerState(["amqp://b"]);
        Assert.Contains("not been reached yet", (await OnlyAsync(new BrokerCheckup(state, SystemdScope.User))).Found);

        state.Fail("amqp://b", "Connection refused");
        Assert.Equal(
            ("fail", "no commands come from amqp://b: Connection refused; the daemon tries on"),
            (await OnlyAsync(new BrokerCheckup(state, SystemdScope.User))) is var away ? (away.Status, away.Found) : default);

        state.Reach("amqp://b");
        Assert.Equal("ok", (await OnlyAsync(new BrokerCheckup(state, SystemdScope.User))).Status);
        Assert.Equal("ok", (await OnlyAsync(new BrokerCheckup(new BrokerState([]), SystemdScope.User))).Status);
    }

    [Fact]
    public async Task Of_a_cluster_the_node_is_told_that_commands_come_from_or_why_from_each_there_are_none()
    {
        var state = new BrokerState(["amqp://a", "amqp://b"]);
        state.Fail("amqp://a", "Connection refused");
        Assert.Equal(
            "no commands come from amqp://a: Connection refused; nor from amqp://b: it has not been reached yet; the daemon tries on",
            (await OnlyAsync(new BrokerCheckup(state, SystemdScope.User))).Found);

        state.Reach("amqp://b");
        Assert.Equal("commands come from amqp://b", (await OnlyAsync(new BrokerCheckup(state, SystemdScope.User))).Found);
    }

    [Fact]
    public async Task A_clock_before_this_program_was_written_is_wrong()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(1970, 1, 1, 0, 5, 0, TimeSpan.Zero));

        Assert.Equal("fail", (await OnlyAsync(new ClockCheckup(time))).Status);
        Assert.NotEqual("fail", (await OnlyAsync(new ClockCheckup(TimeProvider.System))).Status);
    }

    [Fact]
    public async Task One_that_fails_or_hangs_is_a_finding_and_keeps_nobody_else_from_theirs()
    {
        var time = new FakeTimeProvider();
        var doctor = new Doctor([new Broken(), new Hanging(), OfLinger()], time);

        var asked = doctor.RunAsync(TestContext.Current.CancellationToken);
        while (!asked.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var response = await asked;
        Assert.Equal("fail", response.Status);
        Assert.Equal(
            [("broken", "fail", "no luck"), ("hanging", "fail", "no answer within 5 s"), ("linger", "warning", null)],
            response.Findings.Select(finding => (finding.Check, finding.Status, finding.Check == "linger" ? null : finding.Found)));
    }

    private LingerCheckup OfLinger() => new(new Linger("ann", 1000, new ProcessRunner())
    {
        LingerFolder = _folder["linger"],
        UsersFolder = _folder["users"],
    });

    private static async Task<DoctorFinding> OnlyAsync(ICheckup checkup) =>
        Assert.Single(await checkup.LookAsync(TestContext.Current.CancellationToken));

    private sealed class Broken : ICheckup
    {
        public string Name => "broken";

        public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) => throw new IOException("no luck");
    }

    private sealed class Hanging : ICheckup
    {
        public string Name => "hanging";

        public async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return [];
        }
    }
}
