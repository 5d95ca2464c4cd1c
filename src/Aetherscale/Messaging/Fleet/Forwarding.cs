using System.Text;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Sends commands to the hosts that are to carry them out, and tells their requesters when a host is away.</summary>
internal sealed class Forwarding(FleetHost me, FleetMembers members, Gathering gathering, Inventories inventories, TimeProvider time)
{
    /// <summary>A host takes what comes into its queue within milliseconds.</summary>
    private static readonly TimeSpan s_receiptPatience = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether a host is still there that has taken a command.</summary>
    private static readonly TimeSpan s_check = TimeSpan.FromSeconds(5);

    /// <summary>A host whose offer is not taken up at once is passed over, and must not make the VM when it is back.</summary>
    public static TimeSpan OfferPatience { get; } = TimeSpan.FromSeconds(10);

    /// <summary>To the host that has the VM.</summary>
    /// <exception cref="AetherscaleException"><c>vm-not-found</c>, <c>host-unreachable</c> or <c>no-fleet</c>.</exception>
    public async Task<Reply> ToVmAsync(FleetLink link, string vm, Outgoing command, CancellationToken stopping)
    {
        var sent = await SendAsync(link, AmqpRoutes.VmExchange, vm, command, command.IsRelayed, stopping);
        if (sent.Reply is { } reply)
        {
            return reply;
        }

        if (sent.IsRouted)
        {
            return await ParkedAsync(link, vm, command, sent.Until, stopping);
        }

        // The request may have been carried out already, and the VM be gone since, or its name, by that very request.
        var mark = RequestMark.Of(command.Request, command.Requester);
        var gathered = await gathering.AskAllAsync(
            link, mark is null ? FleetMessage.Ping : FleetMessage.Recall, Encoding.UTF8.GetBytes($"{mark}"), stopping);
        if (gathered.Answers.FirstOrDefault(answer => answer.Type == FleetMessage.Recall) is { } known)
        {
            return Reply.Read(known.Body);
        }

        throw gathered.Unanswered.Count == 0
            ? new AetherscaleException(VmNotFound, $"VM {Quoted.Of(vm)} does not exist on any host of the fleet; list-vms shows those that there are.")
            : new AetherscaleException(
                HostUnreachable, $"No host that answers has a VM {Quoted.Of(vm)}. {InWords(gathered.Unanswered)} not answer, and may have it.");
    }

    /// <summary>To the host whose the VM's id is already, if there is one.</summary>
    /// <returns>Null: there is none.</returns>
    public async Task<Reply?> TryToHolderAsync(FleetLink link, string id, Outgoing command, bool isRelayed, CancellationToken stopping)
    {
        var sent = isRelayed
            ? await SendAsync(link, AmqpRoutes.VmExchange, id, Relayed(command), true, stopping)
            : await SendAsync(link, AmqpRoutes.VmExchange, id, command, command.IsRelayed, stopping);
        return sent.Reply ?? (sent.IsRouted ? await ParkedAsync(link, id, command, sent.Until, stopping) : null);
    }

    /// <summary>To a host by name.</summary>
    /// <exception cref="AetherscaleException"><c>host-not-found</c>, <c>host-unreachable</c> or <c>no-fleet</c>.</exception>
    public async Task<Reply> ToHostAsync(FleetLink link, string host, Outgoing command, CancellationToken stopping)
    {
        var sent = await SendAsync(link, AmqpRoutes.HostExchange, AmqpRoutes.HostQueue(host), command, command.IsRelayed, stopping);
        return sent.Reply ?? (sent.IsRouted ? Parked(command, host, null, null, sent.Until) : throw UnknownHost(host));
    }

    /// <summary>To a host that has offered to take it; its reply comes back here whoever asked.</summary>
    /// <returns>Null: the host has not taken it in time.</returns>
    public async Task<Reply?> TryRelayAsync(FleetLink link, string host, Outgoing command, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        var (soon, until) = (now + OfferPatience, command.Deadline(now));
        var relayed = Relayed(command) with { WaitsAtMost = s_receiptPatience };
        relayed = relayed with { Requester = relayed.Requester with { Deadline = soon < until ? soon : until } };
        return (await SendAsync(link, AmqpRoutes.HostExchange, AmqpRoutes.HostQueue(host), relayed, true, stopping)).Reply;
    }

    private static Outgoing Relayed(Outgoing command) => command with { Requester = command.Requester with { ReturnTo = null } };

    public AetherscaleException UnknownHost(string host) => new(
        HostNotFound, $"There is no host {Quoted.Of(host)}; there are: {string.Join(", ", members.Names)}.");

    private static string InWords(IReadOnlyList<string> hosts) => string.Join(", ", hosts) + (hosts.Count == 1 ? " does" : " do");

    private async Task<Sent> SendAsync(FleetLink link, string exchange, string key, Outgoing command, bool isRelayed, CancellationToken stopping)
    {
        using var inquiry = link.Expect();
        var now = time.GetUtcNow();
        var until = command.Deadline(now);
        var properties = command.Properties(until, now, link.ReplyQueue, inquiry.Id);
        if (!await link.SendAsync(exchange, key, properties, command.Body, stopping))
        {
            return new Sent(false, null, until);
        }

        var first = await inquiry.NextAsync(s_receiptPatience, time, stopping);
        if (first is null)
        {
            return link.IsOpen ? new Sent(true, null, until) : throw FleetLink.Lost(null);
        }

        if (!isRelayed)
        {
            return new Sent(true, Reply.Elsewhere, until);
        }

        // What changes something is seen to its end: a create that seems to have failed would be placed elsewhere.
        var gone = command.MayBeParked ? CancellationToken.None : command.Requester.Gone;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);
        try
        {
            return new Sent(true, await ReplyAsync(link, inquiry, first, over.Token), until);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            throw new AetherscaleException(TimedOut, $"The requester went away before {first.Host} had replied.");
        }
    }

    /// <summary>The reply, which may take as long as the command does, while the host that has taken it is there.</summary>
    private async Task<Reply> ReplyAsync(FleetLink link, Inquiry inquiry, Answer first, CancellationToken stopping)
    {
        var answer = first;
        var isAnotherRun = false;
        while (answer.Type == FleetMessage.Receipt)
        {
            if (await inquiry.NextAsync(s_check, time, stopping) is { } next)
            {
                (answer, isAnotherRun) = (next, false);
            }
            else if (!link.IsOpen)
            {
                throw FleetLink.Lost(null);
            }
            else if (await PingAsync(link, answer.Host, stopping) is not { } ping || (isAnotherRun && ping.Run != answer.Run))
            {
                throw new AetherscaleException(
                    HostUnreachable,
                    $"{answer.Host} has taken the command, and was restarted or is gone since: it may have taken effect. "
                    + "Ask again with the same request id to learn of it.");
            }
            else
            {
                // A daemon that has been restarted gets the command once more, and says so, unless its deadline has passed.
                isAnotherRun = ping.Run != answer.Run;
            }
        }

        return Reply.Read(answer.Body);
    }

    /// <returns>Null: no such host is there.</returns>
    private async Task<Answer?> PingAsync(FleetLink link, string? host, CancellationToken stopping)
    {
        using var inquiry = link.Expect();
        return host is not null && await link.AskAsync(host, inquiry, FleetMessage.Ping, ReadOnlyMemory<byte>.Empty, s_check, stopping)
            ? await inquiry.NextAsync(s_check, time, stopping)
            : null;
    }

    private async Task<Reply> ParkedAsync(FleetLink link, string vm, Outgoing command, DateTimeOffset until, CancellationToken stopping)
    {
        var gathered = await gathering.AskAllAsync(link, FleetMessage.Ping, ReadOnlyMemory<byte>.Empty, stopping);
        await foreach (var (host, rows) in inventories.ReadAsync(link, gathered.Unanswered, stopping))
        {
            if (rows.FirstOrDefault(row => row.VmId == vm || row.Name == vm) is { } row)
            {
                return Parked(command, host, row.VmId, row.Name, until);
            }
        }

        return Parked(command, null, vm, null, until);
    }

    private Reply Parked(Outgoing command, string? host, string? vmId, string? name, DateTimeOffset until)
    {
        var who = host ?? $"the host of {vmId}";
        if (!command.MayBeParked)
        {
            throw new AetherscaleException(HostUnreachable, $"{who} does not answer; what changes something would wait for it, and this does not.");
        }

        var info = new ExecutionInfo { Status = ExecutionInfo.Success, Host = me.Name, RequestId = command.Request.RequestId };
        var hint = $"{who} does not answer: this is carried out when it is back, if that is before {until:u}";
        if (command.Request.Command is CommandNames.CordonHost or CommandNames.UncordonHost)
        {
            var row = new HostSummary { Host = host!, Status = VmStatus.Parked };
            return new Reply(info, writer => JsonSerializer.Serialize(writer, row, ContractJson.Wire.HostSummary));
        }

        var response = new VmActionResponse
        {
            Status = VmStatus.Parked,
            VmId = vmId ?? command.Requester.NewVmId ?? "",
            Name = name,
            Host = host,
            Until = until,
            Hint = hint,
        };
        return new Reply(info, writer => JsonSerializer.Serialize(writer, response, ContractJson.Wire.VmActionResponse));
    }

    /// <param name="IsRouted">Whether a queue has it.</param>
    /// <param name="Reply">What to answer the requester, if anybody took it.</param>
    /// <param name="Until">How long it waits in the queue.</param>
    private sealed record Sent(bool IsRouted, Reply? Reply, DateTimeOffset Until);
}
