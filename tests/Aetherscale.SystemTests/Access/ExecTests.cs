using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.Networking;

namespace Aetherscale.SystemTests.Access;

/// <summary><c>exec</c> and <c>copy</c> with a real guest and its agent.</summary>
[Collection(LinuxGuests.Name)]
public sealed class ExecTests(GuestPair guests)
{
    private TestHost Host => guests.Host;

    [Theory]
    [InlineData("socket")]
    [InlineData("broker")]
    public async Task A_program_gets_its_words_and_input_and_gives_outputs_and_exit_code(string way)
    {
        string[] options = way == "broker" ? ["--broker", guests.BrokerUrl] : [];
        var result = await ExecAsync("typed\n", [.. options, "exec", "web", "--", "sh", "-c", "cat; echo \"$1\"; hostname; echo oops >&2; exit 7", "sh", "a  'b'"]);
        Assert.Equal(new ToolResult(7, "typed\na  'b'\nweb\n", "oops\n"), result);
    }

    [Fact]
    public async Task A_signal_and_a_program_that_is_not_there_are_told()
    {
        Assert.Equal(143, (await ExecAsync("", ["exec", "web", "sh", "-c", "kill -TERM $$"])).ExitCode);
        var missing = await ExecAsync("", ["exec", "web", "no-such-program"]);
        Assert.Equal((1, ""), (missing.ExitCode, missing.Output));
        Assert.Contains("no-such-program", missing.Error);
        Assert.Contains("(guest-failed)", missing.Error);
    }

    [Fact]
    public async Task Who_gives_up_waiting_is_told_that_it_goes_on()
    {
        var late = await ExecAsync("", ["exec", "--timeout", "1", "web", "sleep", "5"]);
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("has not ended after 1 s; it goes on. (timeout)", late.Error);
    }

    [Fact]
    public async Task A_guest_without_an_agent_is_told_with_the_package()
    {
        await Host.CreateAsync("polite", """, "name": "agentless" """);
        var refused = await ExecAsync("", ["exec", "--timeout", "3", "agentless", "true"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("qemu-guest-agent", refused.Error);
        Assert.Contains("(agent-unavailable)", refused.Error);
        (await Host.CliAsync("delete-vm", "agentless")).Succeeded();
    }

    [Fact]
    public async Task Right_after_create_it_waits_for_the_guest_and_its_end_is_told()
    {
        (await Host.CliAsync("create-vm", "--image", "tiny", "--name", "just-made")).Succeeded();
        Assert.Equal(new ToolResult(0, "up\n", ""), await ExecAsync("", ["exec", "just-made", "echo", "up"]));

        var ended = await ExecAsync("", ["exec", "just-made", "--", "sh", "-c", "poweroff; sleep 60"]);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("The program was started in VM \"just-made\"; how it ended is not known", ended.Error);
        (await Host.CliAsync("wait-vm", "just-made", "--for", "stopped")).Succeeded();
        (await Host.CliAsync("delete-vm", "just-made")).Succeeded();
    }

    [Fact]
    public async Task A_file_goes_in_and_comes_out_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        var bytes = RandomNumberGenerator.GetBytes(1_500_000);
        await File.WriteAllBytesAsync($"{folder.Path}/in", bytes, TestContext.Current.CancellationToken);

        Assert.Equal(new ToolResult(0, "", ""), await Host.CliAsync("copy", $"{folder.Path}/in", "web:/root/it's here"));
        Assert.Equal(new ToolResult(0, "", ""), await Host.CliAsync("copy", "web:/root/it's here", $"{folder.Path}/out"));

        Assert.Equal(bytes, await File.ReadAllBytesAsync($"{folder.Path}/out", TestContext.Current.CancellationToken));
        Assert.Equal("it's here\n", (await guests.InWebAsync("ls /root")).Output);
        var missing = await Host.CliAsync("copy", "web:/none", $"{folder.Path}/none");
        Assert.Equal(new ToolResult(1, "", "aetherscale-cli: web: /none is no file\n"), missing);
    }

    private Task<ToolResult> ExecAsync(string input, string[] arguments) =>
        Tool.RunAsync($"{TestEnvironment.Programs}/aetherscale-cli", arguments, Host.Settings, input);
}
