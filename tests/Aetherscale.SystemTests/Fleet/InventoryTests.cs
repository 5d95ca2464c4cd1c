using System.Diagnostics;
using System.Text;
using Aetherscale.Contract;
using Aetherscale.Messaging;
using Aetherscale.Messaging.Fleet;
using Aetherscale.SystemTests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>What is read of inventories, and which queues they are.</summary>
[Collection(FleetTests.Name)]
public sealed class InventoryTests(Broker broker) : IAsyncLifetime
{
    private static readonly CreateChannelOptions s_confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private IConnection _connection = null!;
    private FleetLink _link = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await new ConnectionFactory { Uri = new Uri(broker.UrlOf(broker.NewVirtualHost())), AutomaticRecoveryEnabled = false }
            .CreateConnectionAsync(TestContext.Current.CancellationToken);
        await DeclareAsync("h1");
        _link = await FleetLink.OpenAsync(
            _connection, "h1", new FleetClocks(TimeProvider.System), TimeProvider.System, _ => { }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.AbortAsync(TimeSpan.FromSeconds(2));
        await _link.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task What_was_written_last_is_read_also_when_more_came_at_once()
    {
        await using var channel = await _connection.CreateChannelAsync(s_confirmed, TestContext.Current.CancellationToken);
        for (var round = 0; round < 20; round++)
        {
            // The broker keeps together what comes together.
            await Task.WhenAll(Enumerable.Range(0, 3).Select(number => WriteAsync(channel, "h1", $"{round}-{number}")));
            Assert.Equal($"{round}-2", await FirstNameAsync("h1"));
        }
    }

    [Fact]
    public async Task Inventories_without_a_word_keep_no_list_waiting_for_long()
    {
        string[] empty = [.. Enumerable.Range(2, 20).Select(number => $"h{number}")];
        foreach (var host in empty)
        {
            await DeclareAsync(host);
        }

        await using var channel = await _connection.CreateChannelAsync(s_confirmed, TestContext.Current.CancellationToken);
        await WriteAsync(channel, "h1", "there");
        var began = Stopwatch.GetTimestamp();
        Assert.Equal([.. empty.Select(_ => null as string), "there", null], await FirstNamesAsync([.. empty, "h1", "never-was"]));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 3.5);
    }

    [Fact]
    public async Task An_older_daemon_s_inventory_is_made_anew_and_any_other_is_left_alone()
    {
        await using var channel = await _connection.CreateChannelAsync(s_confirmed, TestContext.Current.CancellationToken);
        await QueueAsync("h2", new() { ["x-max-length"] = 1 });
        await QueueAsync("h3", new() { ["x-queue-type"] = "quorum" });
        await WriteAsync(channel, "h2", "old", direct: true);
        await WriteAsync(channel, "h3", "other", direct: true);

        await DeclareAsync("h2");
        await DeclareAsync("h3");

        await channel.QueueDeclareAsync(AmqpRoutes.InventoryQueue("h2"), durable: true, exclusive: false, autoDelete: false, Inventories.Arguments, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1u, await channel.MessageCountAsync(AmqpRoutes.InventoryQueue("h3"), TestContext.Current.CancellationToken));

        Task QueueAsync(string host, Dictionary<string, object?> arguments) => channel.QueueDeclareAsync(
            AmqpRoutes.InventoryQueue(host), durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: TestContext.Current.CancellationToken);
    }

    private async Task DeclareAsync(string host) =>
        await new FleetTopology(host, new Declaration(NullLogger<Declaration>.Instance)).DeclareAsync(_connection, TestContext.Current.CancellationToken);

    private async Task<string?> FirstNameAsync(string host) => (await FirstNamesAsync([host]))[0];

    private async Task<IReadOnlyList<string?>> FirstNamesAsync(IReadOnlyList<string> hosts)
    {
        var me = new FleetHost
        {
            Name = "h1",
            Has = _ => false,
            Vms = () => [],
            Admit = (_, _) => (null, "room"),
            HasImage = _ => false,
            Recall = (_, _) => Task.FromResult<System.Text.Json.JsonElement?>(null),
            MadeLately = () => [],
            News = _ => throw new NotSupportedException(),
        };
        var inventories = new Inventories(me, TimeProvider.System);
        var names = new List<string?>();
        await foreach (var (_, rows) in inventories.ReadAsync(_link, hosts, TestContext.Current.CancellationToken))
        {
            names.Add(rows.Count == 0 ? null : rows[0].Name);
        }

        return names;
    }

    private static async Task WriteAsync(IChannel channel, string host, string name, bool direct = false) => await channel.BasicPublishAsync(
        direct ? "" : AmqpRoutes.HostExchange,
        AmqpRoutes.InventoryQueue(host),
        mandatory: true,
        new BasicProperties { Persistent = true },
        Encoding.UTF8.GetBytes($$"""{"execution-info": {"status": "success"}, "response": [{"vm-id": "abcdefgh", "name": "{{name}}", "status": "running"}]}"""),
        TestContext.Current.CancellationToken);
}
