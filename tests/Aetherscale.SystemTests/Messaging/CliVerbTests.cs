using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>The published CLI's verbs, each typed twice: over the socket, and over the broker.</summary>
[Collection(BrokerTests.Name)]
public sealed partial class CliVerbTests(Broker broker)
{
    /// <summary>A session that has each verb's answers, refusals, and what it leaves open to the door.</summary>
    private static readonly string[] s_session =
    [
        "create-vm --image polite --name web",
        "create-vm --image polite --name web",
        "create-vm --image nosuch",
        "create-vm --image ../polite",
        "create-vm --image polite --name db --no-start --cpus 2 --memory 64",
        "create-vm --image deaf --name deaf",
        "list-vms",
        "show-vm web",
        "show-vm nosuch-1",
        "start-vm web",
        "start-vm db nosuch-1",
        "connect nosuch-1 22",
        "create-vm --image polite --name job --no-start --autostart always --restart never",
        "pause-vm web",
        "pause-vm web",
        "list-vms",
        "resume-vm web",
        "resume-vm web job",
        "wait-vm web --for running",
        "wait-vm job --for stopped",
        "wait-vm job --for ssh --timeout 1",
        "wait-vm nosuch-1 --for ip",
        "restart-vm web",
        "restart-vm web --hard",
        "restart-vm web --timeout 3600",
        "restart-vm job --hard",
        "stop-vm web --timeout 3600",
        "stop-vm web db",
        "stop-vm web",
        "connect web 22",

        // Longer than a daemon lets a client of the old protocol wait: the CLI says that it waits.
        "stop-vm deaf --timeout 5",
        "start-vm deaf",
        "stop-vm deaf --no-wait --timeout 60",
        "stop-vm deaf --kill",
        "list-vms",
        "delete-vm nosuch-1",
        "delete-vm web db deaf job",
        "list-vms",
        "stop-vm",
    ];

    [Theory]
    [InlineData("--output table")]
    [InlineData("--output json")]
    [InlineData("--quiet")]
    public async Task Each_verb_says_and_does_the_same_by_socket_and_by_broker(string format)
    {
        var url = broker.UrlOf(broker.NewVirtualHost());
        await using var host = await TestHost.StartAsync(
            new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = url }, "polite", "deaf");
        await host.WaitForBrokerAsync();

        var bySocket = await TypeAsync(host, format);
        var byBroker = await TypeAsync(host, $"--broker {url} {format}");

        Assert.Equal(bySocket, byBroker);
        Assert.Contains(bySocket, said => said.StartsWith("0 ", StringComparison.Ordinal));
        Assert.Contains(bySocket, said => said.StartsWith("1 ", StringComparison.Ordinal));
        Assert.Contains("amqp queue=vm-queue", host.Log);
    }

    private static async Task<IReadOnlyList<string>> TypeAsync(TestHost host, string globalOptions)
    {
        var ids = new List<string>();
        var said = new List<string>();
        foreach (var line in s_session)
        {
            var boots = Boots(host);
            var result = await host.CliAsync([.. globalOptions.Split(' '), .. line.Split(' ')]);
            ids.AddRange(Directory.GetDirectories($"{host.Data}/vms").Select(Path.GetFileName).OfType<string>().Except(ids));
            var output = line == "list-vms" ? InOrder(Plain(result.Output, ids)) : Plain(result.Output, ids);
            said.Add($"{result.ExitCode} {line}\n{output}{Plain(result.Error, ids)}");
            if (line.StartsWith("start-vm", StringComparison.Ordinal) || line.StartsWith("create-vm", StringComparison.Ordinal))
            {
                await GuestsAreUpAsync(host);
            }
            else if (line.StartsWith("restart-vm", StringComparison.Ordinal) && result.ExitCode == 0)
            {
                await Wait.UntilAsync("the guest is up again", () => Boots(host) > boots);
            }
        }

        return said;
    }

    /// <summary>How often a guest has come up so far.</summary>
    private static int Boots(TestHost host) => Directory.GetDirectories($"{host.Data}/vms")
        .Sum(folder => host.ConsoleOf(Path.GetFileName(folder)).Split(" UP").Length - 1);

    /// <summary>A guest that still boots may miss that it is asked to shut down, and answer late.</summary>
    private static Task GuestsAreUpAsync(TestHost host) => Wait.UntilAsync("the guests are up", async () =>
        (await host.RunAsync("list-vms")).EnumerateArray().All(vm =>
            vm.GetProperty("status").GetString() != "running" || host.ConsoleOf(vm.GetProperty("vm-id").GetString()!).Contains(" UP", StringComparison.Ordinal)));

    /// <summary>Without what differs from one VM, request or moment to the next.</summary>
    private static string Plain(string text, List<string> ids)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            text = text.Replace(ids[i], $"<vm-{i}>", StringComparison.Ordinal);
        }

        text = MomentPattern().Replace(text, "<moment>");
        text = AddressPattern().Replace(text, "<address>");
        return NumberPattern().Replace(text, "$1<number>");
    }

    /// <summary>The list is ordered by ids, which are random: one VM a line, the lines in order.</summary>
    private static string InOrder(string text) => string.Join('\n', text
        .Replace("[{\"vm-id", "[\n{\"vm-id", StringComparison.Ordinal)
        .Replace("},{", "\n{", StringComparison.Ordinal)
        .Replace("}]}", "\n}]}", StringComparison.Ordinal)
        .Split('\n')
        .Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ][\d:.]+([+-][\d:]+|Z| UTC)?")]
    private static partial Regex MomentPattern();

    [GeneratedRegex(@"\b10\.\d+\.\d+\.\d+\b|\b52(:[0-9a-f]{2}){5}\b")]
    private static partial Regex AddressPattern();

    [GeneratedRegex("""("?request-id"?:"|"pid":|pid +)[0-9a-f]+""")]
    private static partial Regex NumberPattern();
}
