using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>
/// One daemon with one stopped VM, for all tests of bad inputs. Every refusal is checked for what it says and for leaving
/// everything as it was, so one test cannot disturb the next.
/// </summary>
public sealed class BadInputsHost : IAsyncLifetime
{
    /// <summary>An image that VMs can be made from.</summary>
    internal const string Image = "polite";

    /// <summary>The name of the VM.</summary>
    internal const string VmName = "web";

    private string _vmId = "";

    internal TestHost Host { get; private set; } = null!;

    /// <summary>Where images are dropped.</summary>
    internal string ImagesFolder => $"{Host.Data}/images";

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(TestEnvironment.UnitFolder);
        Host = await TestHost.StartAsync(Image);
        _vmId = await Host.CreateAsync(Image, $$""", "name": "{{VmName}}", "no-start": true""");
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>The text as a JSON string, quotes included.</summary>
    internal static string Json(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>The message must be refused with this code, a reason that holds these words, and no trace.</summary>
    internal Task RefusesAsync(string body, string code, params string[] words) =>
        RefusesAsync(Encoding.UTF8.GetBytes(body), code, words);

    internal Task RefusesAsync(byte[] body, string code, params string[] words) => UnharmedAsync(async () =>
    {
        var info = (await Host.SendAsync(body)).GetProperty("execution-info");
        Assert.True(info.GetProperty("status").GetString() == "error", $"not refused: {Encoding.Latin1.GetString(body)}");
        var reason = info.GetProperty("reason").GetString()!;
        Assert.True(info.GetProperty("code").GetString() == code, $"{info} for {Encoding.Latin1.GetString(body)}");
        Assert.All(words, word => Assert.Contains(word, reason, StringComparison.Ordinal));
        Assert.InRange(reason.Length, 10, 2000);
    });

    /// <summary>The daemon must refuse what this command line sends, with this code, and be left as it was.</summary>
    internal Task CliRefusedAsync(string code, params string[] arguments) => CliFailsAsync(1, $"({code})", arguments);

    /// <summary>The client itself must refuse this command line, in these words, and send nothing.</summary>
    internal Task CliUsageErrorAsync(string words, params string[] arguments) => CliFailsAsync(2, words, arguments);

    /// <summary>Neither socket nor command line makes a VM from this image, and both say so within a second.</summary>
    internal async Task RefusesImageAsync(string name, string code, params string[] words)
    {
        var started = Stopwatch.GetTimestamp();
        await Host.RefusedAsync(CreateVm(name));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 1);

        await RefusesAsync(CreateVm(name), code, words);
        await CliRefusedAsync(code, "create-vm", $"--image={name}");
    }

    /// <summary>Whatever this does, it must leave no trace, and the daemon must answer after it.</summary>
    internal async Task UnharmedAsync(Func<Task> action)
    {
        var daemon = Host.DaemonPid;
        var before = await HostSnapshot.TakeAsync(Host);
        await action();
        Assert.Equal(before, await HostSnapshot.TakeAsync(Host));
        Assert.Equal(daemon, Host.DaemonPid);
        Assert.Equal("stopped", await Host.StatusAsync(_vmId));
    }

    internal static string CreateVm(string image) => $$$"""{"command": "create-vm", "options": {"image": {{{Json(image)}}}}}""";

    private Task CliFailsAsync(int exitCode, string words, string[] arguments) => UnharmedAsync(async () =>
    {
        var result = await Host.CliAsync(arguments);
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}: {result.Output}{result.Error}");
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    });
}

/// <summary>Snapshots of the user's units are exact only while nobody else makes any.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BadInputsRun : ICollectionFixture<BadInputsHost>
{
    public const string Name = "bad inputs";
}
