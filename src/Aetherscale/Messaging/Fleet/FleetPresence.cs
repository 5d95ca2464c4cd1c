using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// This host's presence in the fleet while one connection lasts: it says that it is there, sees that messages come round, and keeps the
/// broker's knowledge of its VMs true.
/// </summary>
internal sealed class FleetPresence(
    FleetHost me, FleetMembers members, VmClaims claims, Inventories inventories, CommandRouter router, TimeProvider time, ILogger<FleetPresence> logger)
{
    private static readonly TimeSpan s_beat = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(5);

    /// <summary>A busy fleet that a host comes to may take so long to answer it.</summary>
    private static readonly TimeSpan s_greeting = TimeSpan.FromSeconds(10);

    /// <summary>A message to ourselves that takes longer does not come any more.</summary>
    private static readonly TimeSpan s_deaf = TimeSpan.FromSeconds(15);

    private readonly LateNames _names = new(me, claims, time, logger);

    /// <param name="link">The connection's.</param>
    /// <param name="onDeaf">Told, with the reason, when messages that are sent do not come.</param>
    /// <param name="over">Cancelled when the connection is lost, or the daemon stops.</param>
    public async Task RunAsync(FleetLink link, Action<string> onDeaf, CancellationToken over)
    {
        var inventory = new InventoryKeeper(link, inventories, router, time, logger);
        var late = new List<Task>();
        var tasks = new[]
        {
            TryAsync(link, "presence", () => BeatAsync(link, over), onDeaf, over),
            TryAsync(link, "round trip", () => RoundTripsAsync(link, onDeaf, over), onDeaf, over),
            TryAsync(link, "VMs' ids and names", () => FollowAsync(link, inventory, late, over), onDeaf, over),
            TryAsync(link, "inventory", () => inventory.RunAsync(over), onDeaf, over),
        };
        await Task.WhenAll(tasks);
        await Task.WhenAll(late);
        claims.Forget(link);
    }

    /// <summary>Whether or not there is a connection, until the daemon stops. What was deleted before it is known when this returns.</summary>
    public Task RememberDeletedAsync(CancellationToken stopping)
    {
        var listening = ListenToDeletionsAsync(stopping);
        foreach (var id in me.MadeLately().Where(id => !me.Has(id)))
        {
            claims.Deleted(id);
        }

        return listening;
    }

    private async Task ListenToDeletionsAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await foreach (var happened in me.News(stopping))
            {
                if (happened.Event == "deleted")
                {
                    claims.Deleted(happened.VmId);
                }
            }
        }
    }

    private async Task TryAsync(FleetLink link, string what, Func<Task> work, Action<string> onFailure, CancellationToken over)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The connection's end. A broker that does not answer in time has the library throw the same.
        }
#pragma warning disable CA1031 // The next connection begins all of this anew.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (link.IsOpen)
            {
                FleetLog.Failed(logger, error, what);
                onFailure($"the fleet's {what} failed: {Quoted.Plain(error.Message)}");
            }
        }
    }

    private async Task BeatAsync(FleetLink link, CancellationToken over)
    {
        await SayHereAsync(link, isBack: true, over);
        await GreetAsync(link, over);
        while (true)
        {
            await Task.Delay(s_beat, time, over);
            await SayHereAsync(link, isBack: false, over);
            members.Save();
            await claims.ReleaseOldAsync(link, over);
        }
    }

    /// <summary>Whose answers there will be is what it wants to know, so it waits for all that may come.</summary>
    private async Task GreetAsync(FleetLink link, CancellationToken over)
    {
        using var inquiry = link.Expect();
        var began = time.GetTimestamp();
        await link.AskAllAsync(inquiry, FleetMessage.Hello, ReadOnlyMemory<byte>.Empty, s_greeting, over);
        while (s_greeting - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero && await inquiry.NextAsync(left, time, over) is { } answer)
        {
            if (answer.Host is { } host)
            {
                members.Heard(host);
            }

            using var known = JsonDocument.Parse(answer.Body);
            foreach (var other in known.RootElement.EnumerateArray())
            {
                members.HeardOf(other.GetString()!);
            }
        }

        members.Save();
    }

    private Task SayHereAsync(FleetLink link, bool isBack, CancellationToken over)
    {
        var properties = new BasicProperties { Headers = isBack ? new Dictionary<string, object?> { [FleetHeaders.IsBack] = "true" } : null };
        return link.TellAsync(AmqpRoutes.EventExchange, FleetEvents.Key(me.Name, FleetEvents.Here), properties, ReadOnlyMemory<byte>.Empty, over);
    }

    /// <summary>A connection that is open and brings nothing looks well from here; only a message that comes round tells.</summary>
    private async Task RoundTripsAsync(FleetLink link, Action<string> onDeaf, CancellationToken over)
    {
        while (true)
        {
            await Task.Delay(s_round, time, over);
            members.SaveNew();
            using var inquiry = link.Expect();
            var began = time.GetTimestamp();
            try
            {
                await link.AskAsync(me.Name, inquiry, FleetMessage.Ping, ReadOnlyMemory<byte>.Empty, s_deaf, over).WaitAsync(s_deaf, time, over);
                if (await inquiry.NextAsync(s_deaf - time.GetElapsedTime(began), time, over) is not null)
                {
                    continue;
                }
            }
            catch (TimeoutException)
            {
                // No word of the message either.
            }

            onDeaf($"it has brought no message for {s_deaf.TotalSeconds} s, though the connection looks open");
            return;
        }
    }

    /// <summary>At first all VMs, then whatever comes and goes.</summary>
    private async Task FollowAsync(FleetLink link, InventoryKeeper inventory, List<Task> late, CancellationToken over)
    {
        while (true)
        {
            // Listens before it looks: what is made meanwhile is bound twice, and not missed.
            var news = me.News(over);
            await BindAllAsync(link, late, over);
            await foreach (var happened in news)
            {
                inventory.Renew();
                await TellAsync(link, happened, late, over);
            }
        }
    }

    private async Task BindAllAsync(FleetLink link, List<Task> late, CancellationToken over)
    {
        var vms = me.Vms();
        await claims.BindAsync(link, vms.Select(vm => vm.Id), over);
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, name) in vms)
        {
            _ = name is not null && named.TryAdd(name, id);
        }

        var (others, notYet) = await claims.KeepAsync(link, named.Keys, over);
        foreach (var name in others)
        {
            FleetLog.NameTaken(logger, named[name], name);
        }

        foreach (var name in notYet)
        {
            TakeLater(link, named[name], name, late, over);
        }
    }

    private void TakeLater(FleetLink link, string id, string name, List<Task> late, CancellationToken over)
    {
        late.RemoveAll(task => task.IsCompleted);
        late.Add(TryAsync(link, "VM's name", () => _names.TakeAsync(link, id, name, over), _ => { }, over));
    }

    private async Task TellAsync(FleetLink link, VmEvent happened, List<Task> late, CancellationToken over)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(happened, ContractJson.Wire.VmEvent);
        await link.TellAsync(
            AmqpRoutes.EventExchange, $"vm.{me.Name}.{happened.VmId}.{happened.Event}", new BasicProperties { ContentType = "application/json" }, body, over);
        switch (happened.Event)
        {
            case "created":
                await claims.BindAsync(link, [happened.VmId], over);
                if (happened.Name is { } name)
                {
                    TakeLater(link, happened.VmId, name, late, over);
                }

                break;
            case "deleted":
                if (happened.Name is { } free && !me.Has(free))
                {
                    await claims.ReleaseAsync(link, [free], over);
                }

                break;
        }
    }
}
