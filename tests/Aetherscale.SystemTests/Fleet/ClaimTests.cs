using System.Text;
using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Messaging;
using Aetherscale.Messaging.Fleet;
using Aetherscale.SystemTests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>Hosts that take the same names at a time, as those do that made VMs while the broker was away.</summary>
[Collection(FleetTests.Name)]
public sealed class ClaimTests(Broker broker) : IAsyncLifetime
{
    private static readonly string[] s_names = [.. Enumerable.Range(0, 150).Select(number => $"name-{number}")];

    private readonly List<Claimant> _hosts = [];
    private string _url = "";

    public async ValueTask InitializeAsync()
    {
        _url = broker.UrlOf(broker.NewVirtualHost());
        for (var number = 1; number <= 4; number++)
        {
            _hosts.Add(await Claimant.OpenAsync(_url, $"h{number}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task Each_name_is_one_hosts_whether_it_is_taken_with_others_or_alone()
    {
        var many = _hosts[..3].Select(async host => s_names.Except(await host.KeepAsync(s_names)).ToList());
        var alone = Task.Run(async () =>
        {
            var taken = new List<string>();
            foreach (var name in s_names.Reverse())
            {
                if (await _hosts[3].TryClaimAsync(name))
                {
                    taken.Add(name);
                }
            }

            return taken;
        }, TestContext.Current.CancellationToken);

        var owned = await Task.WhenAll([.. many, alone]);

        Assert.Equal(s_names.Order(), owned.SelectMany(names => names).Order());
        await Wait.UntilAsync("the broker has no more bindings than that", async () =>
            (await broker.ControlAsync("list_bindings", "-q", "-p", Uri.UnescapeDataString(new Uri(_url).AbsolutePath[1..]), "source_name"))
                .Split('\n').Count(line => line.Trim() == AmqpRoutes.VmExchange) == s_names.Length);
    }

    [Fact]
    public async Task A_host_that_comes_back_has_its_names_and_a_turn_ends_with_the_connection()
    {
        Assert.Empty(await _hosts[0].KeepAsync(s_names));
        await using var turn = await _hosts[1].TakeTurnAsync("other");
        var waiting = _hosts[2].KeepAsync(["a", "b", "c", "d", "e"]);

        await _hosts[0].DisposeAsync();
        _hosts[0] = await Claimant.OpenAsync(_url, "h1");
        Assert.Empty(await _hosts[0].KeepAsync(s_names));
        Assert.Equal(s_names, (await _hosts[3].KeepAsync(s_names)).Intersect(s_names).OrderBy(name => Array.IndexOf(s_names, name)));
        Assert.True(await _hosts[3].TryClaimAsync("yet-another"));
        Assert.False(waiting.IsCompleted);

        await _hosts[1].DisposeAsync();
        Assert.Empty(await waiting);
    }

    [Fact]
    public async Task A_name_that_somebody_takes_without_end_holds_up_no_other_and_may_be_tried_for_again()
    {
        await using var hasty = await Claimant.OpenAsync(_url, "h5", new HastyTime());
        var dead = await _hosts[1].LockAsync("web");

        Assert.Equal(["web"], await hasty.LateAsync(["web", "free"]));
        Assert.False(await _hosts[3].TryClaimAsync("free"));

        await dead();
        Assert.True(await hasty.TryClaimAsync("web"));
    }

    /// <summary>A host as far as names go: all that it is asked about is its own, where the broker says so.</summary>
    private sealed class Claimant : IAsyncDisposable
    {
        private readonly IConnection _connection;
        private readonly FleetLink _link;
        private readonly VmClaims _claims;

        private Claimant(IConnection connection, FleetLink link, FleetHost me, TimeProvider time) =>
            (_connection, _link, _claims) = (connection, link, new VmClaims(me, time));

        public static async Task<Claimant> OpenAsync(string url, string name, TimeProvider? time = null)
        {
            var stopping = TestContext.Current.CancellationToken;
            var connection = await new ConnectionFactory { Uri = new Uri(url), AutomaticRecoveryEnabled = false }.CreateConnectionAsync(stopping);
            await new FleetTopology(name, new Declaration(NullLogger<Declaration>.Instance)).DeclareAsync(connection, stopping);
            var me = new FleetHost
            {
                Name = name,
                Has = _ => true,
                Vms = () => [],
                Admit = (_, _) => (null, "room"),
                HasImage = _ => false,
                Recall = (_, _) => Task.FromResult<JsonElement?>(null),
                MadeLately = () => [],
                News = _ => throw new NotSupportedException(),
            };
            var host = new Claimant(connection, await FleetLink.OpenAsync(connection, name, new FleetClocks(TimeProvider.System), TimeProvider.System, _ => { }, stopping), me, time ?? TimeProvider.System);
            var channel = await connection.CreateChannelAsync(cancellationToken: stopping);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) =>
                host._claims.AnswerProbeAsync(host._link, message.BasicProperties, Encoding.UTF8.GetString(message.Body.Span), stopping);
            await channel.BasicConsumeAsync(AmqpRoutes.HostQueue(name), autoAck: true, consumer, stopping);
            return host;
        }

        public async Task<IReadOnlyCollection<string>> KeepAsync(IEnumerable<string> names)
        {
            var (others, late) = await _claims.KeepAsync(_link, names, TestContext.Current.CancellationToken);
            Assert.Empty(late);
            return others;
        }

        public async Task<IReadOnlyCollection<string>> LateAsync(IEnumerable<string> names)
        {
            var (others, late) = await _claims.KeepAsync(_link, names, TestContext.Current.CancellationToken);
            Assert.Empty(others);
            return late;
        }

        /// <returns>Gives the lock back.</returns>
        public async Task<Func<Task>> LockAsync(string name)
        {
            var locks = new KeyLocks(TimeProvider.System);
            var channel = await locks.TakeAsync(_link, name, TestContext.Current.CancellationToken);
            return () => locks.GiveBackAsync(_link, name, channel);
        }

        public Task<bool> TryClaimAsync(string name) => _claims.TryClaimAsync(_link, name, TestContext.Current.CancellationToken);

        public Task<ClaimTurn> TakeTurnAsync(string name) =>
            ClaimTurn.TakeAsync(_link, new KeyLocks(TimeProvider.System), new HashSet<string> { name }, TimeProvider.System, TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync()
        {
            await _connection.AbortAsync(TimeSpan.FromSeconds(2));
            await _link.DisposeAsync();
            await _connection.DisposeAsync();
        }
    }

    /// <summary>Whoever measures time by it is out of patience sixty times as soon.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public override long GetTimestamp() => base.GetTimestamp() * 60;
    }
}
