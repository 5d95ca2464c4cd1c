using System.Diagnostics;
using Aetherscale.Cli;
using Aetherscale.Cli.Ssh;

namespace Aetherscale.Tests.Cli;

/// <summary><c>ssh</c> and <c>ssh-config</c>: what the system's ssh is told.</summary>
public sealed class SshTests : IDisposable
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4";
    private const string Vm = """{"vm-id":"abcdefgh","name":"web","status":"running","image":"IMAGE","unit":"u","unit-file":"f"}""";

    private readonly CliSandbox _cli = new();

    public SshTests()
    {
        _cli.Variables["PATH"] = "/usr/bin";
        _cli.Program = "/opt/aether scale/aetherscale-cli";
    }

    private string KnownHostsFile => $"{_cli.Variables["HOME"]}/.local/state/aetherscale/known_hosts.d/abcdefgh";

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task The_key_that_the_guest_told_is_the_only_one_that_is_taken()
    {
        await using var daemon = Daemon(toldKey: true);
        Assert.Equal(new CliResult(42, "", ""), await _cli.RunAsync("ssh", "web", "ls", "-l", "--output", "/srv"));
        Assert.Equal(
            (string[])
            [
                "/usr/bin/ssh",
                "-o", "HostName=abcdefgh",
                "-o", "User=root",
                "-o", "HostKeyAlias=aetherscale-abcdefgh",
                "-o", $"UserKnownHostsFile=\"{KnownHostsFile}\"",
                "-o", "StrictHostKeyChecking=yes",
                "-o", "ProxyCommand='/opt/aether scale/aetherscale-cli' connect %h %p",
                "--", "web", "ls", "-l", "--output", "/srv",
            ],
            _cli.Became);
        Assert.Equal($"# told by the guest itself\naetherscale-abcdefgh {Key}\n", await File.ReadAllTextAsync(KnownHostsFile, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task Its_keys_are_forgotten_with_a_VM_that_is_deleted(string format)
    {
        CliSandbox.Write(KnownHostsFile, "# told by the guest itself\n");
        var other = Path.Join(Path.GetDirectoryName(KnownHostsFile), "other");
        CliSandbox.Write(other, "");
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket,
            body => body.Contains("nosuch") ? Envelopes.Error("vm-not-found", "no") : Envelopes.Success("""{"status":"deleted","vm-id":"abcdefgh","name":"web"}"""));

        await _cli.RunAsync("--output", format, "delete-vm", "web", "nosuch");

        Assert.False(File.Exists(KnownHostsFile));
        Assert.True(File.Exists(other));
    }

    [Fact]
    public async Task A_guest_that_tells_no_key_is_warned_of()
    {
        await using var daemon = Daemon(toldKey: false);
        var result = await _cli.RunAsync("ssh", "web");
        Assert.Contains("has not told its ssh host keys", result.Error);
        Assert.Contains("StrictHostKeyChecking=accept-new", _cli.Became!);
        Assert.DoesNotContain("StrictHostKeyChecking=no", _cli.Became!);
    }

    [Fact]
    public async Task What_was_told_once_holds_when_the_console_has_forgotten_it()
    {
        await using (var daemon = Daemon(toldKey: true))
        {
            await _cli.RunAsync("ssh", "web");
        }

        File.Delete(_cli.OwnSocket);
        await using var later = Daemon(toldKey: false);
        Assert.Equal(new CliResult(42, "", ""), await _cli.RunAsync("ssh", "web"));
        Assert.Contains("StrictHostKeyChecking=yes", _cli.Became!);
    }

    [Theory]
    [InlineData("tiny", "root")]
    [InlineData("debian-12", "debian")]
    [InlineData("ubuntu-24.04", "ubuntu")]
    [InlineData("mine", "root")]
    public async Task The_image_tells_who_logs_in(string image, string user)
    {
        await using var daemon = Daemon(toldKey: true, image);
        await _cli.RunAsync("ssh", "web");
        Assert.Contains($"User={user}", _cli.Became!);
        await _cli.RunAsync("ssh", "-l", "ann", "web", "true");
        Assert.Contains("User=ann", _cli.Became!);
    }

    [Fact]
    public async Task The_way_that_was_given_is_the_proxys_way_too()
    {
        await using var daemon = Daemon(toldKey: true);
        await _cli.RunAsync("--socket", _cli.OwnSocket, "ssh", "web");
        Assert.Contains($"ProxyCommand='/opt/aether scale/aetherscale-cli' --socket {_cli.OwnSocket} connect %h %p", _cli.Became!);
    }

    [Fact]
    public async Task Without_ssh_the_package_is_named()
    {
        _cli.Variables["PATH"] = _cli.Root;
        Assert.Equal(
            new CliResult(1, "", "aetherscale-cli: there is no ssh on this machine\n  On Debian and Ubuntu:  sudo apt-get install openssh-client\n"),
            await _cli.RunAsync("ssh", "web"));
    }

    [Fact]
    public async Task A_VM_that_does_not_run_is_refused()
    {
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket,
            body => body.Contains("show-vm") ? Envelopes.Success(Vm.Replace("running", "stopped")) : throw new InvalidOperationException(body));
        Assert.Equal(
            new CliResult(1, "", "aetherscale-cli: VM \"web\" is stopped (vm-not-running)\n  Try: aetherscale-cli start-vm web\n"),
            await _cli.RunAsync("ssh", "web"));
    }

    [Fact]
    public async Task The_settings_are_printed_for_each_VM_under_its_name_and_id()
    {
        await using var daemon = Daemon(toldKey: true);
        Assert.Equal(
            new CliResult(
                0,
                $"""
                Host web abcdefgh
                  HostName abcdefgh
                  User root
                  HostKeyAlias aetherscale-abcdefgh
                  UserKnownHostsFile "{KnownHostsFile}"
                  StrictHostKeyChecking yes
                  ProxyCommand '/opt/aether scale/aetherscale-cli' connect --learn-host-key %h %p

                """,
                ""),
            await _cli.RunAsync("ssh-config"));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with space")]
    [InlineData("it's $(reboot) `id` \\ \" ; | & * ? ~")]
    [InlineData("")]
    public async Task A_shell_reads_each_word_of_a_command_as_it_is(string word)
    {
        var line = SshText.Command(["printf", "<%s>", word]).Replace("%%", "%");
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { RedirectStandardOutput = true })!;
        Assert.Equal($"<{word}>", await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_percent_sign_is_no_token_of_sshs()
    {
        Assert.Equal("'/a%%b/c' %h", SshText.Command(["/a%b/c"], "%h"));
        Assert.Equal("\"/a%%b/c d\"", SshText.Path("/a%b/c d"));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\"b")]
    public void What_cannot_stand_in_a_setting_is_refused(string path) =>
        Assert.Equal(2, Assert.Throws<CliException>(() => SshText.Path(path)).ExitCode);

    private ScriptedDaemon Daemon(bool toldKey, string image = "tiny")
    {
        var lines = toldKey
            ? ((string[])["-----BEGIN SSH HOST KEY KEYS-----", Key + " root@tiny", "-----END SSH HOST KEY KEYS-----"])
            : ["login:"];
        var log = string.Join(",", lines.Select(line => $$"""{"source":"console","text":"{{line}}"}"""));
        return ScriptedDaemon.Replying(_cli.OwnSocket, body =>
            body.Contains("exec-vm") ? Envelopes.Error("agent-unavailable", "there is none")
            : Envelopes.Success(
                body.Contains("logs-vm") ? $$"""{"vm-id":"abcdefgh","name":"web","lines":[{{log}}]}"""
                : body.Contains("list-vms") ? $"[{Vm.Replace("IMAGE", image)}]"
                : Vm.Replace("IMAGE", image)));
    }
}
