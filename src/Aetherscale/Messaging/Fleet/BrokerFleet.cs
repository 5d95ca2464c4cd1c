using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Says for each command whose it is: this host's, another's, or that of all.</summary>
internal sealed class BrokerFleet(
    FleetHost me,
    FleetMembers members,
    Sessions sessions,
    Forwarding forwarding,
    Placement placement,
    VmClaims claims,
    FleetImages images,
    FleetLists lists,
    FleetHosts hosts,
    TimeProvider time) : IFleet
{
    public Task<Reply>? TryRun(
        RequestEnvelope request, ReadOnlyMemory<byte> body, Requester requester, Func<Requester, Task<Reply>> here, CancellationToken stopping)
    {
        requester.RefuseStream(request.Command);
        var isCreate = request.Command == CommandNames.CreateVm;
        var isSentHere = request.Host is { } named ? named == me.Name : requester.IsForThisHost;
        var isPlaced = isCreate && (requester.AsksTheFleet || request.Host is not null || Option(request, "labels") is not null || IsOn(request, "wait"));
        if (isSentHere && !isPlaced)
        {
            return requester.IsForThisHost && request.Host is null && VmIn(request) is { } astray && !me.Has(astray) && !claims.Keeps(astray)
                && sessions.Current?.Fleet is { } way ? PassOnAsync(way, astray, new Outgoing(request, body, requester), stopping) : null;
        }

        if (sessions.Current?.Fleet is not { } link)
        {
            return WithoutABroker(request, requester, here);
        }

        var command = new Outgoing(request, body, requester);
        if (isPlaced && (isSentHere || request.Host is null))
        {
            return placement.PlaceAsync(link, command, mayGoElsewhere: !isSentHere, here, stopping);
        }

        if (request.Host is { } host)
        {
            return forwarding.ToHostAsync(link, host, command, stopping);
        }

        return request.Command switch
        {
            CommandNames.CreateVm => placement.NameAsync(link, command with { Requester = requester with { Images = images.Through(link) } }, here),
            CommandNames.Watch when VmIn(request) is null && requester.AsksTheFleet => here(
                requester with { ListenToAll = (take, cancellation) => FleetWatch.ListenAsync(link, take, time, cancellation) }),
            CommandNames.ListVms => requester.AsksTheFleet || IsOn(request, "fleet") ? lists.VmsAsync(link, request, stopping) : null,
            CommandNames.ListHosts => lists.HostsAsync(link, request, stopping),
            CommandNames.ShowHost => hosts.ShowAsync(link, request, HostIn(request) ?? me.Name, stopping),
            CommandNames.ForgetHost => hosts.ForgetAsync(link, request, stopping),
            CommandNames.CordonHost or CommandNames.UncordonHost =>
                HostIn(request) is { } other && other != me.Name ? forwarding.ToHostAsync(link, other, command, stopping) : null,
            _ => VmIn(request) is not { } vm ? null
                : me.Has(vm) ? HereOrAsync(() => ToVmAsync(link, vm, command, here, stopping), here(requester))
                : ToVmAsync(link, vm, command, here, stopping),
        };
    }

    public async Task<IConnectedClient?> TryOpenStreamAsync(
        string command, string vm, Func<string, JsonElement> options, Requester requester, CancellationToken cancellationToken)
    {
        if (!CouldBeVm(vm) || me.Has(vm))
        {
            return null;
        }

        var link = sessions.Current?.Fleet ?? throw OthersAreAway(vm);
        try
        {
            return await FleetStreams.OpenAsync(link, AskAsync, time, cancellationToken);
        }
        catch (AetherscaleException error) when (IsKnownHere(error))
        {
            return null;
        }

        Task<Reply> AskAsync(string queue)
        {
            var request = new RequestEnvelope { Command = command, Options = options(queue) };
            var body = JsonSerializer.SerializeToUtf8Bytes(request, ContractJson.Wire.RequestEnvelope);
            return forwarding.ToVmAsync(link, vm, new Outgoing(request, body, requester), cancellationToken);
        }
    }

    private async Task<Reply> ToVmAsync(FleetLink link, string vm, Outgoing command, Func<Requester, Task<Reply>> here, CancellationToken stopping)
    {
        try
        {
            return await forwarding.ToVmAsync(link, vm, command, stopping);
        }
        catch (AetherscaleException error) when (IsKnownHere(error))
        {
            return await here(command.Requester with { IsForThisHost = true });
        }
    }

    /// <summary>A host that is alone can say which VM may be meant.</summary>
    private bool IsKnownHere(AetherscaleException error) => error.Code == VmNotFound && members.Names.Count == 1;

    /// <summary>
    /// A claim whose connection was lost may have left the VM's id or name bound to this host, which does not have it: that is given up, and
    /// the command goes where the VM is.
    /// </summary>
    private async Task<Reply> PassOnAsync(FleetLink link, string vm, Outgoing command, CancellationToken stopping)
    {
        await claims.ReleaseAsync(link, [vm], stopping);
        return await forwarding.ToVmAsync(link, vm, command, stopping);
    }

    /// <summary>A create that came twice has its VM's id here for a moment, until it learns that another host made the VM.</summary>
    private static async Task<Reply> HereOrAsync(Func<Task<Reply>> elsewhere, Task<Reply> tried)
    {
        try
        {
            return await tried;
        }
        catch (AetherscaleException error) when (error.Code == VmNotFound)
        {
            return await elsewhere();
        }
    }

    /// <summary>This host goes on alone; only what it cannot know is not answered.</summary>
    private Task<Reply>? WithoutABroker(RequestEnvelope request, Requester requester, Func<Requester, Task<Reply>> here)
    {
        if (request.Host is { } host && host != me.Name)
        {
            throw Away($"{host} cannot be reached");
        }

        if (request.Command == CommandNames.CreateVm && requester.AsksTheFleet)
        {
            // It came by a connection that is gone: the broker gives it to another host, and nobody could tell that it was made here.
            throw FleetLink.Lost(null);
        }

        if (request.Command == CommandNames.ListHosts || (request.Command == CommandNames.ListVms && IsOn(request, "fleet")))
        {
            return AloneAsync(here(requester));
        }

        return VmIn(request) is { } vm && !requester.IsForThisHost && !me.Has(vm)
            ? throw OthersAreAway(vm)
            : null;
    }

    /// <summary>A list of this host's own, which says whose is missing.</summary>
    private async Task<Reply> AloneAsync(Task<Reply> own)
    {
        var reply = await own;
        return members.Others is { Count: > 0 } others ? reply with { ExecutionInfo = reply.ExecutionInfo with { Unanswered = others } } : reply;
    }

    private static AetherscaleException OthersAreAway(string vm) => Away($"This host has no VM {Quoted.Of(vm)}, and the others cannot be asked");

    private static AetherscaleException Away(string what) =>
        new(HostUnreachable, $"{what}: the broker is away. The daemon tries to get back to it; doctor says why it cannot.");

    /// <summary>The VM that a command is about; null where it is about none, or the text could be no VM's.</summary>
    private static string? VmIn(RequestEnvelope request)
    {
        var text = Option(request, "vm-id") ?? (request.Options is { } options && options.TryGetProperty("logs", out var logs) ? Text(logs, "vm-id") : null);
        return text is not null && CouldBeVm(text) ? text : null;
    }

    private static bool CouldBeVm(string text) =>
        text.Length is > 0 and <= 63 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string? HostIn(RequestEnvelope request) => Option(request, "host");

    private static string? Option(RequestEnvelope request, string name) => request.Options is { } options ? Text(options, name) : null;

    private static string? Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Array
        ? value.ToString() : null;

    private static bool IsOn(RequestEnvelope request, string name) => request.Options is { ValueKind: JsonValueKind.Object } options
        && options.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
