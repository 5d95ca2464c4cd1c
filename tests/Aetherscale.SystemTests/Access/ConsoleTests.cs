using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.Networking;

namespace Aetherscale.SystemTests.Access;

/// <summary><c>console</c> at a real Linux guest's serial port.</summary>
[Collection(LinuxGuests.Name)]
public sealed class ConsoleTests(GuestPair guests)
{
    private const string Detach = "\u001d";

    private TestHost Host => guests.Host;

    [Fact]
    public async Task One_logs_in_and_all_who_watch_see_it_and_the_terminal_is_as_it_was()
    {
        await using var watcher = RunningConsole.OnPipes(Host, "console", GuestPair.Web);
        await using var console = RunningConsole.OnTerminal(
            Host, "stty rows 33 cols 101; stty -g >/tmp/$$.before; $cli console web; echo code=$?; stty -g >/tmp/$$.after; cmp /tmp/$$.before /tmp/$$.after && echo same; rm /tmp/$$.*");
        await console.ShowsAsync("Ctrl-] leaves it");
        await LogInAsync(console);

        await console.TypeAsync("until stty size | grep -q '^33 101$'; do sleep 1; done; echo sum=$((40+2))\r");
        await console.ShowsAsync("sum=42");
        await watcher.ShowsAsync("sum=42");
        await console.TypeAsync("echo begun=$((40+3)); sleep 100\r");
        await console.ShowsAsync("begun=43");
        await console.TypeAsync("\u0003echo interrupted=$?\r");
        await console.ShowsAsync("interrupted=130");
        await console.TypeAsync("exit\r" + Detach);

        await console.EndsAsync(0);
        Assert.Contains("left the console of \"web\"", console.Shown);
        Assert.Contains("code=0", console.Shown);
        Assert.Contains("same", console.Shown);
    }

    [Fact]
    public async Task The_last_screen_comes_first()
    {
        await using var console = RunningConsole.OnTerminal(Host, "$cli console peer");
        await console.ShowsAsync("aetherscale tiny guest ready");
        await console.TypeAsync(Detach);
        await console.EndsAsync(0);
    }

    [Fact]
    public async Task A_signal_brings_the_terminal_back()
    {
        await using var console = RunningConsole.OnTerminal(
            Host,
            "stty -g >/tmp/$$.before; export cli; sh -c 'echo pid=$$.; exec $cli console peer'; echo code=$?; stty -g >/tmp/$$.after; cmp /tmp/$$.before /tmp/$$.after && echo same; rm /tmp/$$.*");
        await console.ShowsAsync("Ctrl-] leaves it");
        (await Tool.RunAsync("/bin/kill", "-TERM", console.Shown.Split("pid=")[1].Split('.')[0])).Succeeded();
        await console.EndsAsync(0);
        Assert.Contains("code=143", console.Shown);
        Assert.Contains("same", console.Shown);
    }

    [Fact]
    public async Task Over_the_broker_it_is_the_same()
    {
        await using var console = RunningConsole.OnTerminal(Host, $"$cli --broker {guests.BrokerUrl} console peer");
        await console.ShowsAsync("Ctrl-] leaves it");
        await console.TypeAsync("\r");
        await console.ShowsAsync("peer login:");
        await console.TypeAsync(Detach);
        await console.EndsAsync(0);
    }

    [Fact]
    public async Task It_comes_back_with_a_restarted_VM_and_ends_with_a_stopped_one()
    {
        await Host.CreateAsync("polite", """, "name": "brief" """);
        await using var console = RunningConsole.OnTerminal(Host, "$cli console brief");
        await console.ShowsAsync("POLITE UP");
        (await Host.CliAsync("restart-vm", "brief")).Succeeded();
        await console.ShowsAsync("VM \"brief\" was restarted; connected again");
        await Wait.UntilAsync("the guest is up again", () => console.Shown.Split("POLITE UP").Length > 2);
        (await Host.CliAsync("stop-vm", "brief")).Succeeded();

        await console.EndsAsync(0);
        Assert.Contains("VM \"brief\" is stopped", console.Shown);

        // Each boot's once: what was seen before the restart is not shown anew.
        Assert.Equal(3, console.Shown.Split("POLITE UP").Length);
        var refused = await Host.CliAsync("console", "brief");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("(vm-not-running)", refused.Error);
        (await Host.CliAsync("delete-vm", "brief")).Succeeded();
    }

    private static async Task LogInAsync(RunningConsole console)
    {
        await console.TypeAsync("\r");
        await console.ShowsAsync("web login:");

        // What is typed at the instant at which getty prompts, it throws away.
        await Wait.UntilAsync("somebody is logged in", async () =>
        {
            await console.TypeAsync("root\r");
            return await console.ShowsWithinAsync("web:/root#", seconds: 5);
        });
    }
}
