using System.Text;
using System.Text.Json;

namespace Aetherscale.Tests.Cli;

/// <summary>What create-vm reads on this side for the guest's first boot.</summary>
public sealed class FirstBootOptionsTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Ones_own_keys_go_along_and_no_certificates_of_them()
    {
        Write("home/.ssh/id_rsa.pub", "ssh-rsa B ann\n");
        Write("home/.ssh/id_ed25519.pub", "# mine\nssh-ed25519 A ann\n\n");
        Write("home/.ssh/id_ed25519-cert.pub", "ssh-ed25519-cert-v01@openssh.com C\n");
        Write("home/.ssh/id_ed25519", "private");

        Assert.Equal("""["ssh-ed25519 A ann","ssh-rsa B ann"]""", (await OptionsAsync()).GetProperty("ssh-keys").GetRawText());
        Assert.False((await OptionsAsync("--ssh-key", "none")).TryGetProperty("ssh-keys", out _));
    }

    [Fact]
    public async Task Keys_are_words_or_files()
    {
        Write("home/.ssh/id_rsa.pub", "ssh-rsa B ann\n");
        var file = Write("team.pub", "ssh-ed25519 C carl\nssh-ed25519 D dora\n");
        var options = await OptionsAsync("--ssh-key", "ssh-ed25519 A a b", "--ssh-key", file);
        Assert.Equal("""["ssh-ed25519 A a b","ssh-ed25519 C carl","ssh-ed25519 D dora"]""", options.GetProperty("ssh-keys").GetRawText());
    }

    [Fact]
    public async Task Texts_are_read_as_they_are()
    {
        _cli.Input = new MemoryStream("#!/bin/sh\r\n"u8.ToArray());
        var options = await OptionsAsync(
            "--hostname", "db", "--disk", "40G", "--user-data", Write("u", "#cloud-config\nü: \"1\"\n"), "--network-config", Write("n", "version: 2\n"), "--init-script", "-");
        Assert.Equal("db", options.GetProperty("hostname").GetString());
        Assert.Equal(40960, options.GetProperty("disk").GetInt32());
        Assert.Equal("#cloud-config\nü: \"1\"\n", options.GetProperty("user-data").GetString());
        Assert.Equal("version: 2\n", options.GetProperty("network-config").GetString());
        Assert.Equal("#!/bin/sh\r\n", options.GetProperty("init-script").GetString());
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_and_nothing_is_sent()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var missing = Path.Join(_cli.Root, "none.yaml");
        var result = await _cli.RunAsync("create-vm", "--image", "tiny", "--user-data", missing);
        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.Equal($"aetherscale-cli: {missing} cannot be read: there is no such file\n", result.Error);

        Assert.Equal(
            new CliResult(
                2,
                "",
                $"aetherscale-cli: {missing} cannot be read: there is no such file\n"
                + "  Make yourself a key, whose public half is ~/.ssh/id_ed25519.pub then:  ssh-keygen -t ed25519\n"),
            await _cli.RunAsync("create-vm", "--image", "tiny", "--ssh-key", missing));

        var large = Write("large", new string('x', (512 * 1024) + 1));
        Assert.Equal(
            new CliResult(2, "", $"aetherscale-cli: {large} has more than 524288 bytes\n"), await _cli.RunAsync("create-vm", "--image", "tiny", "--user-data", large));
        File.WriteAllBytes(large, [0xff]);
        Assert.Equal(new CliResult(2, "", $"aetherscale-cli: {large} is no text in UTF-8\n"), await _cli.RunAsync("create-vm", "--image", "tiny", "--user-data", large));
        Assert.Empty(daemon.Bodies);
    }

    private string Write(string name, string content)
    {
        var path = Path.Join(_cli.Root, name);
        CliSandbox.Write(path, content);
        return path;
    }

    private async Task<JsonElement> OptionsAsync(params string[] words)
    {
        if (File.Exists(_cli.OwnSocket))
        {
            File.Delete(_cli.OwnSocket);
        }

        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Error("no-space", "disk full"));
        await _cli.RunAsync(["create-vm", "--image", "tiny", .. words]);
        using var body = JsonDocument.Parse(Encoding.UTF8.GetBytes(Assert.Single(daemon.Bodies)));
        return body.RootElement.GetProperty("options").Clone();
    }
}
