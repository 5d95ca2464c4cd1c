using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary><c>show-host</c> and <c>forget-host</c>, which need no answer of the host itself.</summary>
internal sealed class FleetHosts(FleetHost me, FleetMembers members, Forwarding forwarding, FleetLists lists, TimeProvider time)
{
    private const ushort AccessRefused = 403;

    private static readonly TimeSpan s_patience = Gathering.Patience;

    public async Task<Reply> ShowAsync(FleetLink link, RequestEnvelope request, string host, CancellationToken stopping)
    {
        if (!members.Knows(host))
        {
            throw forwarding.UnknownHost(host);
        }

        var question = FleetLists.Question(CommandNames.ShowHost, null);
        using var inquiry = link.Expect();
        var answer = await link.AskAsync(host, inquiry, FleetMessage.Command, question, s_patience, stopping)
            ? await inquiry.NextAsync(s_patience, time, stopping)
            : null;
        var told = answer is not null && ReplyPart.ResponseIn(answer.Body) is { } response
            ? JsonSerializer.Deserialize(response.Span, ContractJson.Tolerant.HostDetails)
            : null;
        var details = (told ?? lists.Silent(host)) with { Waiting = await WaitingAsync(link, host, stopping) };
        return new Reply(Info(request), writer => JsonSerializer.Serialize(writer, details, ContractJson.Wire.HostDetails));
    }

    /// <summary>Removes the host's queues, and with them its VMs' ids and names, from the broker.</summary>
    public async Task<Reply> ForgetAsync(FleetLink link, RequestEnvelope request, CancellationToken stopping)
    {
        var host = RequestReader.ReadOptions(request, ContractJson.Wire.HostOptions).Host
            ?? throw new AetherscaleException(BadRequest, $"The options of {request.Command} must have \"host\".");
        if (host != me.Name && !members.Knows(host))
        {
            throw forwarding.UnknownHost(host);
        }

        using var inquiry = link.Expect();
        if (host == me.Name || await link.AskAsync(host, inquiry, FleetMessage.Ping, ReadOnlyMemory<byte>.Empty, s_patience, stopping))
        {
            throw new AetherscaleException(
                HostAlive, $"{host} is there; a host is forgotten when it is gone for good. Stop its daemon first, or use cordon-host to have it take no new VMs.");
        }

        await DeleteAsync(link, host, stopping);
        members.Forget(host);
        await TellForgottenAsync(link, host, stopping);
        var row = new HostSummary { Host = host, Status = HostStatus.Forgotten };
        return new Reply(Info(request), writer => JsonSerializer.Serialize(writer, row, ContractJson.Wire.HostSummary));
    }

    /// <summary>Where each host has a user of its own, it may not delete what is another's, and somebody else has to.</summary>
    private static async Task DeleteAsync(FleetLink link, string host, CancellationToken stopping)
    {
        var refused = new List<string>();
        foreach (var queue in new[] { AmqpRoutes.HostQueue(host), AmqpRoutes.InventoryQueue(host) })
        {
            if (await Gathering.ExistsAsync(link, queue, stopping) && !await TryDeleteAsync(link, queue, stopping))
            {
                refused.Add(queue);
            }
        }

        if (refused.Count > 0)
        {
            throw new AetherscaleException(
                BrokerRefused,
                $"{host} is not forgotten: this host's user at the broker may not delete {string.Join(" and ", refused)}. Delete them on the broker's machine, "
                + $"with --vhost VHOST where it is not \"/\": {string.Join("; ", refused.Select(queue => $"rabbitmqctl delete_queue {queue}"))}. "
                + $"Then no host knows {host} any more.");
        }
    }

    /// <returns>False: the broker does not let us.</returns>
    private static async Task<bool> TryDeleteAsync(FleetLink link, string queue, CancellationToken stopping)
    {
        await using var channel = await link.OpenChannelAsync(stopping);
        try
        {
            await channel.QueueDeleteAsync(queue, cancellationToken: stopping);
            return true;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == AccessRefused)
        {
            return false;
        }
        catch (Exception error) when (KeyLocks.IsLoss(error) && !stopping.IsCancellationRequested)
        {
            throw new AetherscaleException(NoFleet, $"The broker does not remove the queue {queue}; ask again.", error);
        }
    }

    /// <summary>Who does not hear of it sees that the queue is gone; a broker that lets hosts speak for themselves alone refuses this.</summary>
    private static async Task TellForgottenAsync(FleetLink link, string host, CancellationToken stopping)
    {
        await using var channel = await link.OpenChannelAsync(confirms: true, stopping);
        try
        {
            // The library would lose the connection if we closed the channel while the broker does: its word is waited for.
            await channel.BasicPublishAsync(
                AmqpRoutes.EventExchange, FleetEvents.Key(host, FleetEvents.Forgotten), mandatory: false, ReadOnlyMemory<byte>.Empty, stopping);
        }
        catch (Exception error) when (KeyLocks.IsLoss(error) && !stopping.IsCancellationRequested)
        {
            // As said.
        }
    }

    /// <returns>Null where that cannot be seen.</returns>
    private static async Task<long?> WaitingAsync(FleetLink link, string host, CancellationToken stopping)
    {
        await using var channel = await link.OpenChannelAsync(stopping);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(AmqpRoutes.HostQueue(host), stopping)).MessageCount;
        }
        catch (Exception error) when (KeyLocks.IsLoss(error) && !stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private ExecutionInfo Info(RequestEnvelope request) => new() { Status = ExecutionInfo.Success, Host = me.Name, RequestId = request.RequestId };
}
