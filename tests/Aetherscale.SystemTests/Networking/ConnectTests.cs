using System.Globalization;
using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Networking;

/// <summary>What holds for <c>connect</c> whichever way it takes.</summary>
public abstract class ConnectTests
{
    private const int BigBytes = 10_000_000;

    private readonly GuestPair _guests;

    /// <param name="guests">Two Linux _guests.</param>
    /// <param name="way">The CLI's options that say which way.</param>
    internal ConnectTests(GuestPair guests, params string[] way)
    {
        _guests = guests;
        Way = way;
    }

    /// <summary>The CLI's options that say which way.</summary>
    internal string[] Way { get; }

    internal TestHost Host => _guests.Host;

    [Fact]
    public async Task Ssh_logs_in_and_passes_input_output_errors_and_exit_code()
    {
        var result = await Ssh.RunAsync(Host, GuestPair.Web, "cat; hostname; echo oops >&2; exit 7", "typed\n", Way);

        Assert.Equal(new ToolResult(7, "typed\nweb\n", "oops\n"), result);
    }

    [Fact]
    public async Task The_guest_has_the_address_that_create_gave_it()
    {
        var address = await _guests.AddressOfAsync(GuestPair.Web);
        var id = await _guests.IdOfAsync(GuestPair.Web);

        var inside = (await _guests.InWebAsync("ip -4 -o addr show dev eth0 && cat /sys/class/net/eth0/address")).Succeeded().Output;

        Assert.Contains($"inet {address}/", inside);
        Assert.Contains($"aetherscale tiny guest ready: {address}", Host.ConsoleOf(id));
        var listed = (await Host.RunAsync("list-vms")).EnumerateArray().Single(vm => vm.GetProperty("vm-id").GetString() == id);
        Assert.Equal(address, listed.GetProperty("address").GetString());
        var bytes = address.Split('.').Select(part => byte.Parse(part, CultureInfo.InvariantCulture).ToString("x2", CultureInfo.InvariantCulture));
        Assert.Contains($"52:54:{string.Join(':', bytes)}", inside);
    }

    [Fact]
    public async Task Ten_megabytes_reach_the_guest_byte_for_byte()
    {
        var sent = RandomNumberGenerator.GetBytes(BigBytes);
        await StartListenerAsync(9000, "sha256sum > /tmp/9000");

        await using var connect = Connect(GuestPair.Web, 9000);
        await connect.Input.WriteAsync(sent, TestContext.Current.CancellationToken);
        connect.Input.Close();
        await connect.EndsAsync(0);

        await Wait.UntilAsync("the guest has all", async () => (await _guests.InWebAsync("cat /tmp/9000")).Output.Length > 64);
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(sent)), (await _guests.InWebAsync("cat /tmp/9000")).Output);
    }

    [Fact]
    public async Task Ten_megabytes_come_from_the_guest_byte_for_byte()
    {
        var digest = (await _guests.InWebAsync($"head -c {BigBytes} /dev/urandom > /tmp/big; sha256sum /tmp/big")).Succeeded().Output[..64];
        await StartListenerAsync(9001, "cat /tmp/big");

        await using var connect = Connect(GuestPair.Web, 9001);
        using var received = new MemoryStream();
        await connect.Output.CopyToAsync(received, TestContext.Current.CancellationToken);
        connect.Input.Close();
        await connect.EndsAsync(0);

        Assert.Equal(BigBytes, received.Length);
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(received.ToArray())));
    }

    [Fact]
    public async Task A_guest_that_answers_after_our_end_of_file_is_heard()
    {
        await StartListenerAsync(9002, "n=\\$(wc -c); sleep 1; echo \\$n");

        await using var connect = Connect(GuestPair.Web, 9002);
        await connect.Input.WriteAsync(new byte[100_000], TestContext.Current.CancellationToken);
        connect.Input.Close();

        Assert.Equal("100000\n", await new StreamReader(connect.Output).ReadToEndAsync(TestContext.Current.CancellationToken));
        await connect.EndsAsync(0);
    }

    [Fact]
    public async Task The_guests_end_is_seen_while_our_side_is_still_open()
    {
        await StartListenerAsync(9003, "echo bye");

        await using var connect = Connect(GuestPair.Web, 9003);

        Assert.Equal("bye\n", await new StreamReader(connect.Output).ReadToEndAsync(TestContext.Current.CancellationToken));
        connect.Input.Close();
        await connect.EndsAsync(0);
        await NoCarrierIsLeftAsync();
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_refused_and_named()
    {
        var address = await _guests.AddressOfAsync(GuestPair.Web);

        var result = await Host.CliAsync([.. Way, "connect", GuestPair.Web, "9077"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Equal(
            $"aetherscale-cli: VM \"web\" does not answer on port 9077 of {address}: Connection refused. It may still be booting. (connect-failed)\n", result.Error);
        await NoCarrierIsLeftAsync();
    }

    [Theory]
    [InlineData("nosuchvm-1", "22", 1, "(vm-not-found)")]
    [InlineData("../x", "22", 1, "(bad-vm-id)")]
    [InlineData("web", "0", 2, "PORT takes a whole number")]
    [InlineData("web", "65536", 2, "PORT takes a whole number")]
    [InlineData("web", "ssh", 2, "PORT takes a whole number")]
    public async Task What_cannot_be_connected_to_is_refused(string vm, string port, int exitCode, string words)
    {
        var result = await Host.CliAsync([.. Way, "connect", vm, port]);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains(words, result.Error);
    }

    [Fact]
    public async Task A_stopped_vm_is_told_to_be_started_first()
    {
        var image = $"polite-{GetType().Name}";
        Host.DropImage("polite", image);
        var id = await Host.CreateAsync(image, """, "no-start": true""");

        var result = await Host.CliAsync([.. Way, "connect", id, "22"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is stopped; start it with start-vm first. (vm-not-running)", result.Error);
        await Host.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""");
    }

    [Fact]
    public async Task A_client_that_is_killed_leaves_nothing_behind()
    {
        // Says nothing and ignores the end of what it reads: only the client's end can end this connection.
        await StartListenerAsync(9004, "sleep 60");
        await using var connect = Connect(GuestPair.Web, 9004);
        await Wait.UntilAsync("the connection stands", () => Carriers().Count == 1);

        connect.Kill();

        await NoCarrierIsLeftAsync();
        await _guests.InWebAsync("killall sleep");
    }

    /// <summary>A server for one connection, with the connection as standard input and output.</summary>
    internal async Task StartListenerAsync(int port, string command)
    {
        (await _guests.InWebAsync($"nc -l -p {port} -e {Shell(command)} </dev/null >/dev/null 2>&1 &")).Succeeded();
        await Wait.UntilAsync($"the guest listens on {port}", async () => (await _guests.InWebAsync($"netstat -ltn | grep -q ':{port} '")).ExitCode == 0);
    }

    private static string Shell(string command) => $"sh -c \"{command}\"";

    /// <summary>The daemon's children, whichever of its threads has them: it has none but those that carry connections.</summary>
    internal IReadOnlyList<string> Carriers() =>
    [
        .. Directory.GetDirectories($"/proc/{Host.DaemonPid}/task")
            .Select(task => $"{task}/children")
            .Where(File.Exists)
            .SelectMany(children => File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    internal Task NoCarrierIsLeftAsync() =>
        Wait.UntilAsync("nothing that carried a connection is left", () => Carriers().Count == 0, seconds: 5);

    internal RunningConnect Connect(string vm, int port) => new(Host, vm, port, Way);
}
