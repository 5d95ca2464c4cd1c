using System.IO.Pipes;
using Aetherscale.Cli;

namespace Aetherscale.Tests.Cli;

public sealed class TerminalTests : IDisposable
{
    private const string ShowCursor = "\e[?25h";

    /// <summary>Forms of an answer that may be longer than any buffer.</summary>
    private static readonly string[][] s_long = [["list-vms"], ["list-vms", "--quiet"], ["list-vms", "--output", "json"]];

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_slow_command_spins_on_standard_error_and_leaves_nothing_behind()
    {
        _cli.ErrorIsTerminal = true;
        await using var daemon = SlowDaemon();
        var result = await _cli.RunAsync("stop-vm", "[red]web");
        Assert.Equal((0, "VM-ID     NAME  STATUS\nabcdefgh  -     stopped\n"), (result.Code, result.Out));
        Assert.Contains("Stopping [red]web", result.Error);
        Assert.EndsWith(ShowCursor, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quick_command_and_a_quiet_one_do_not_spin()
    {
        _cli.ErrorIsTerminal = true;
        await using (var quick = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success("[]")))
        {
            Assert.Equal("", (await _cli.RunAsync("list-vms")).Error);
        }

        File.Delete(_cli.OwnSocket);
        await using var daemon = SlowDaemon();
        Assert.Equal("", (await _cli.RunAsync("stop-vm", "web", "--quiet")).Error);
    }

    [Fact]
    public async Task Ctrl_C_gives_the_cursor_back()
    {
        _cli.ErrorIsTerminal = true;
        using var interrupt = new CancellationTokenSource();
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (_, _, cancel) =>
        {
            await Task.Delay(500, cancel);
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancel);
        });
        var result = await _cli.RunAsync(["stop-vm", "web"], new MemoryStream(), interrupt.Token);
        Assert.Equal(130, result.Code);
        Assert.Contains(ShowCursor, result.Error);
        Assert.EndsWith(
            "\e[1;31maetherscale-cli:\e[0m interrupted; the command goes on in the daemon\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2000)]
    public async Task A_reader_that_has_seen_enough_is_no_error(int vms)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Vms(vms));
        foreach (var words in s_long)
        {
            using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
            pipe.ClientSafePipeHandle.Dispose();
            using var output = new DescriptorStream(Descriptor(pipe));
            var result = await _cli.RunAsync(words, output, TestContext.Current.CancellationToken);
            Assert.Equal(new CliResult(0, "", ""), result);
            pipe.SafePipeHandle.SetHandleAsInvalid(); // the stream closes it
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2000)]
    public async Task Output_that_cannot_be_written_is_1(int vms)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Vms(vms));
        foreach (var words in s_long)
        {
            using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
            var output = new DescriptorStream(full.DangerousGetHandle().ToInt32());
            var result = await _cli.RunAsync(words, output, TestContext.Current.CancellationToken);
            Assert.Equal(
                new CliResult(1, "", "aetherscale-cli: the output cannot be written: No space left on device\n"), result);
        }
    }

    private ScriptedDaemon SlowDaemon() => ScriptedDaemon.Doing(_cli.OwnSocket, async (_, socket, cancel) =>
    {
        await Task.Delay(600, cancel);
        var envelope = Envelopes.Success("""{"status":"stopped","vm-id":"abcdefgh"}""");
        await ScriptedDaemon.SendAsync(socket, ScriptedDaemon.Http(envelope), cancel);
    });

    private static int Descriptor(AnonymousPipeServerStream pipe) =>
        pipe.SafePipeHandle.DangerousGetHandle().ToInt32();
}
