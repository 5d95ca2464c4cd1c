using Aetherscale.Cli.Verbs;
using Aetherscale.Contract;

namespace Aetherscale.Tests.Cli;

public sealed class UsageTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_picture_is_not_written_to_a_terminal()
    {
        _cli.OutputIsTerminal = true;

        Assert.Equal(
            new CliResult(2, "", "aetherscale-cli: a terminal cannot show a picture's bytes\n  Name a file, or send it on: aetherscale-cli screenshot web - | display\n"),
            await _cli.RunAsync("screenshot", "web", "-"));
    }

    [Theory]
    [InlineData("", "a command is missing", "")]
    [InlineData("lst-vms", "unknown command \"lst-vms\"; did you mean list-vms?", "")]
    [InlineData("frobnicate", "unknown command \"frobnicate\"", "")]
    [InlineData("--quite list-vms", "unknown option \"--quite\"; did you mean --quiet?", "list-vms ")]
    [InlineData("list-vms --user", "--user stands before the command: aetherscale-cli --user list-vms", "list-vms ")]
    [InlineData("list-vms extra", "unexpected argument \"extra\"", "list-vms ")]
    [InlineData("stop-vm", "VM is missing: its id or its name", "stop-vm ")]
    [InlineData("stop-vm a --vm-id b", "VM is given twice: as a word and with --vm-id", "stop-vm ")]
    [InlineData("stop-vm --no-wiat a", "unknown option \"--no-wiat\"; did you mean --no-wait?", "stop-vm ")]
    [InlineData("stop-vm a --kill --timeout 3", "--kill does not wait: it goes without --timeout", "stop-vm ")]
    [InlineData("stop-vm a --timeout", "--timeout needs a value", "stop-vm ")]
    [InlineData("stop-vm a --timeout 0", "--timeout takes a whole number from 1 to 86400, not \"0\"", "stop-vm ")]
    [InlineData("restart-vm a --hard --timeout 3", "--hard does not wait: it goes without --timeout", "restart-vm ")]
    [InlineData("wait-vm a", "--for GOAL is missing", "wait-vm ")]
    [InlineData("wait-vm a --for tea", "--for takes running, stopped, agent, ip, ssh or port=N, not \"tea\"", "wait-vm ")]
    [InlineData("wait-vm a --for port=0", "--for takes running, stopped, agent, ip, ssh or port=N, not \"port=0\"", "wait-vm ")]
    [InlineData("wait-vm a --for port=65536", "--for takes running, stopped, agent, ip, ssh or port=N, not \"port=65536\"", "wait-vm ")]
    [InlineData("create-vm --image a --autostart yes", "--autostart takes always, last-state or never, not \"yes\"", "create-vm ")]
    [InlineData("create-vm --image a --restart no", "--restart takes always, on-failure or never, not \"no\"", "create-vm ")]
    [InlineData("create-vm --image a --disk 40GB", "--disk takes a size in MiB or with a suffix (512M, 4G, 1.5GiB), not \"40GB\"", "create-vm ")]
    [InlineData("create-vm --image a --graphics spice", "--graphics takes vnc, not \"spice\"", "create-vm ")]
    [InlineData("show-vm a b", "unexpected argument \"b\"", "show-vm ")]
    [InlineData("create-vm", "--image IMAGE is missing, or --file FILE", "create-vm ")]
    [InlineData("create-vm --image", "--image needs a value", "create-vm ")]
    [InlineData("create-vm --image a --image b", "--image was given more than once", "create-vm ")]
    [InlineData("create-vm --image a --cpus two", "--cpus takes a whole number from 1 to 255, not \"two\"", "create-vm ")]
    [InlineData(
        "create-vm --image a --memory 4GB",
        "--memory takes a size in MiB or with a suffix (512M, 4G, 1.5GiB), not \"4GB\"", "create-vm ")]
    [InlineData("connect web", "PORT is missing", "connect ")]
    [InlineData("connect web 65536", "PORT takes a whole number from 1 to 65535, not \"65536\"", "connect ")]
    [InlineData("completion zsh", "there is a completion for bash, not for \"zsh\"", "completion ")]
    [InlineData("list-vms -o xml", "--output takes table or json, and with show-vm yaml, not \"xml\"", "list-vms ")]
    [InlineData("--output yaml list-vms", "--output yaml goes with show-vm only; take table or json", "list-vms ")]
    [InlineData("stop-vm --\e[31m", "unknown option \"--\\x1b[31m\"", "stop-vm ")]
    public async Task A_wrong_line_is_2_sends_nothing_and_points_to_the_page(string line, string message, string page)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var result = await _cli.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(new CliResult(2, "", $"aetherscale-cli: {message}\n  Try: aetherscale-cli {page}--help\n"), result);
        Assert.Empty(daemon.Bodies);
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("512M", 512)]
    [InlineData("512MiB", 512)]
    [InlineData("4g", 4096)]
    [InlineData("1.5GiB", 1536)]
    [InlineData("1 G", 1024)]
    [InlineData("2T", 2 * 1024 * 1024)]
    public void Memory_is_read_as_people_write_it(string text, int mebibytes)
    {
        Assert.True(MemorySize.TryParse(text, out var read));
        Assert.Equal(mebibytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("4GB")]
    [InlineData("4K")]
    [InlineData("1.3G")]
    [InlineData("1e3")]
    [InlineData("1,5G")]
    [InlineData("4GG")]
    [InlineData("0x10")]
    [InlineData("9999999999")]
    [InlineData("4000000T")]
    public void Memory_that_is_no_whole_number_of_MiB_is_refused(string text) =>
        Assert.False(MemorySize.TryParse(text, out _));

    [Theory]
    [InlineData("list-vms", "list-vms", 0)]
    [InlineData("lits-vms", "list-vms", 1)]
    [InlineData("list", "list-vms", 4)]
    [InlineData("", "abc", 3)]
    public void Distance_counts_a_swap_as_one(string from, string to, int edits) =>
        Assert.Equal(edits, NearestWord.Distance(from, to));
}
