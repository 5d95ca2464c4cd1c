using System.Text;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>A broker that is not there, goes, hangs, or does not let us in: the socket serves all the while.</summary>
public sealed class BrokerAwayTests(UnstartedBroker unstarted) : IClassFixture<UnstartedBroker>, IAsyncLifetime
{
    private const string List = """{"command": "list-vms"}""";
    private const double Back = 30;

    private readonly string _virtualHost = unstarted.Broker.NewVirtualHost();
    private readonly FakeQemu _slow = new("""sleep 1.5; exec "$QEMU" "$@" """);
    private TestHost? _host;

    private Broker Shared => unstarted.Broker;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
        _slow.Dispose();
    }

    [Fact]
    public async Task B30_A_broker_that_comes_later_goes_and_comes_back_is_found_each_time()
    {
        await Shared.StopAsync();
        await StartAsync(Shared.UrlOf(_virtualHost), "polite");
        Assert.Equal(1, await CountWithinAsync("No way to the broker", seconds: 3));

        await Shared.StartAsync();
        await _host!.WaitForBrokerAsync(seconds: Back);
        await AssertAnswersAsync();

        // In mid-command, and in good order: the broker says goodbye.
        await using (var client = await AmqpClient.ConnectAsync(Shared.UrlOf(_virtualHost)))
        {
            await client.SendAsync("""{"command": "create-vm", "options": {"image": "polite", "name": "once"}}""");
            await Wait.UntilAsync("the command is under way", async () => (await _host.RunAsync("list-vms")).GetArrayLength() == 1);
            await Shared.StopAsync();
        }

        Assert.Equal(1, (await _host.RunAsync("list-vms")).GetArrayLength());
        await Shared.StartAsync();
        await _host.WaitForBrokerAsync(times: 2, seconds: Back);
        await AssertAnswersAsync();
        Assert.Equal(1, (await _host.RunAsync("list-vms")).GetArrayLength());
        Assert.Equal((1, 1), (_host.Count("No way to the broker"), _host.Count("Lost the broker")));
    }

    [Fact]
    public async Task B30_A_broker_that_freezes_holds_up_nothing_and_is_back_when_it_thaws()
    {
        await Shared.StartAsync();
        await StartAsync(Shared.UrlOf(_virtualHost));
        await _host!.WaitForBrokerAsync(seconds: Back);

        await Shared.PauseAsync();
        try
        {
            await Wait.UntilAsync("the loss is noticed", () => _host.Count("Lost the broker") == 1, 25);
            Assert.Equal(0, (await _host.RunAsync("list-vms")).GetArrayLength());
        }
        finally
        {
            await Shared.ResumeAsync();
        }

        await _host.WaitForBrokerAsync(times: 2, seconds: Back);
        await AssertAnswersAsync();
    }

    [Fact]
    public async Task A_wrong_password_is_told_with_user_and_setting_and_mended_without_a_restart()
    {
        await Shared.StartAsync();
        using var folder = new TemporaryFolder();
        var file = $"{folder.Path}/broker-credentials";
        WriteSecret(file, "wrong");
        await StartAsync(
            new Dictionary<string, string>
            {
                ["AETHERSCALE_BROKER"] = $"amqp://{Broker.User}:{Broker.EscapedPassword}@127.0.0.1:{Shared.Port}/{_virtualHost}",
                ["AETHERSCALE_BROKER_CREDENTIALS_FILE"] = file,
            });

        await WaitForLogAsync($"it refuses the name or the password of user \"{Broker.User}\" (broker-credentials-file, {file})");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await WaitForLogAsync($"{file} holds a password and can be read by others; do: chmod 600 {file}");
        File.Delete(file);
        await WaitForLogAsync("the credentials cannot be read: Could not find file");
        WriteSecret(file, Broker.Password);
        await _host!.WaitForBrokerAsync(seconds: Back);

        await AssertAnswersAsync();
        Assert.Equal(3, _host.Count("No way to the broker"));
        await AssertPasswordIsSecretAsync();
    }

    [Fact]
    public async Task The_password_in_the_url_is_seen_nowhere()
    {
        await Shared.StartAsync();
        await StartAsync($"amqp://{Broker.User}:{Broker.EscapedPassword}@127.0.0.1:{Shared.Port}/{_virtualHost}");
        await _host!.WaitForBrokerAsync(seconds: Back);

        await AssertAnswersAsync();
        await AssertPasswordIsSecretAsync();
    }

    [Fact]
    public async Task A_virtual_host_that_is_not_there_is_told_by_its_name()
    {
        await Shared.StartAsync();
        await StartAsync(Shared.UrlOf("nowhere"));

        await WaitForLogAsync("it has no virtual host \"nowhere\"");
    }

    private static void WriteSecret(string file, string password)
    {
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(Encoding.UTF8.GetBytes($"{Broker.User}:{password}\n"));
    }

    private Task StartAsync(string url, params string[] images) =>
        StartAsync(new Dictionary<string, string>(_slow.Settings) { ["AETHERSCALE_BROKER"] = url }, images);

    private async Task StartAsync(Dictionary<string, string> settings, params string[] images) =>
        _host = await TestHost.StartAsync(settings, images);

    private async Task AssertAnswersAsync() =>
        Assert.Equal("success", (await PikaClient.AskAsync(Shared.UrlOf(_virtualHost), List))[0].GetProperty("execution-info").GetProperty("status").GetString());

    private async Task AssertPasswordIsSecretAsync()
    {
        var printed = await Tool.RunAsync($"{TestEnvironment.Programs}/aetherscale", ["--print-config"], _host!.Settings);
        var help = await Tool.RunAsync($"{TestEnvironment.Programs}/aetherscale", ["--help"], _host.Settings);
        var processes = await Tool.RunAsync("/bin/ps", "-ww", "-e", "-o", "args");
        Assert.Contains("broker = \"amqp://127.0.0.1", printed.Succeeded().Output);
        foreach (var text in new[] { _host.Log, printed.Output, help.Succeeded().Output, processes.Succeeded().Output })
        {
            Assert.DoesNotContain(Broker.Password, text);
            Assert.DoesNotContain(Broker.EscapedPassword, text);
        }
    }

    private async Task<int> CountWithinAsync(string text, double seconds)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return _host!.Count(text);
    }

    private Task WaitForLogAsync(string text) => Wait.UntilAsync($"the log says {text}", () => _host!.Log.Contains(text), Back);
}

/// <summary>A broker that is started when a test wants it.</summary>
public sealed class UnstartedBroker : IAsyncLifetime
{
    public Broker Broker { get; } = new();

    public async ValueTask InitializeAsync() => await Broker.PrepareAsync();

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}
