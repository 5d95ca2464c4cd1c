using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Messaging.Fleet;

/// <summary><c>list-vms</c> and <c>list-hosts</c> of the whole fleet: each host says what it has, and who does not answer is named.</summary>
internal sealed class FleetLists(FleetHost me, FleetMembers members, Gathering gathering, Inventories inventories, LongLists longLists)
{
    /// <summary>VMs of hosts that do not answer are listed as they were last heard of.</summary>
    public async Task<Reply> VmsAsync(FleetLink link, RequestEnvelope request, CancellationToken stopping)
    {
        var options = RequestReader.ReadOptions(request, ContractJson.Wire.ListVmsOptions);
        var gathered = await gathering.AskAllAsync(link, FleetMessage.Command, Question(request.Command, request.Options), stopping);
        var items = new List<ReadOnlyMemory<byte>>();
        var silent = gathered.Unanswered.ToList();
        foreach (var answer in gathered.Answers)
        {
            if (ReplyPart.ResponseIn(answer.Body) is { } rows)
            {
                Add(rows);
            }
            else
            {
                silent.Add(answer.Host!);
            }
        }

        await foreach (var (host, inventory) in inventories.ReadAsync(link, silent, stopping))
        {
            var rows = inventory.Where(row => Fits(row, options))
                .Select(row => row with { Host = host, Status = VmStatus.Unreachable, Hint = LastHeard(host) });
            Add(JsonSerializer.SerializeToUtf8Bytes([.. rows], ContractJson.Wire.IReadOnlyListVmSummary));
        }

        longLists.Sent(items.Sum(piece => (long)piece.Length));
        return new Reply(Info(request, silent)) { Items = items };

        void Add(ReadOnlyMemory<byte> list)
        {
            if (list.Length > "[]".Length)
            {
                items.Add(list[1..^1]);
            }
        }
    }

    public async Task<Reply> HostsAsync(FleetLink link, RequestEnvelope request, CancellationToken stopping)
    {
        _ = RequestReader.ReadOptions(request, ContractJson.Wire.ListHostsOptions);
        var gathered = await gathering.AskAllAsync(link, FleetMessage.Command, Question(CommandNames.ShowHost, null), stopping);
        var rows = gathered.Answers.Select(Read)
            .Concat(gathered.Unanswered.Select(Silent))
            .OrderBy(row => row.Host, StringComparer.Ordinal).ToList();
        return new Reply(
            Info(request, gathered.Unanswered), writer => JsonSerializer.Serialize(writer, rows, ContractJson.Wire.IReadOnlyListHostSummary));
    }

    /// <summary>What is known of a host that does not answer.</summary>
    public HostDetails Silent(string host) => new() { Host = host, Status = HostStatus.Unreachable, LastSeen = LastSeen(host) };

    /// <summary>A request among hosts.</summary>
    public static ReadOnlyMemory<byte> Question(string command, JsonElement? options) =>
        JsonSerializer.SerializeToUtf8Bytes(new RequestEnvelope { Command = command, Options = options }, ContractJson.Wire.RequestEnvelope);

    private static bool Fits(VmSummary row, ListVmsOptions options) =>
        options.Status is null or VmStatus.Unreachable
        && (options.Name is null || row.Name?.StartsWith(options.Name, StringComparison.Ordinal) is true)
        && (options.Image is null || row.Image == options.Image);

    private ExecutionInfo Info(RequestEnvelope request, IReadOnlyList<string> unanswered) => new()
    {
        Status = ExecutionInfo.Success,
        Host = me.Name,
        RequestId = request.RequestId,
        Unanswered = unanswered.Count > 0 ? unanswered : null,
    };

    private HostDetails Read(Answer answer)
    {
        var response = ReplyPart.ResponseIn(answer.Body);
        return (response is { } json ? JsonSerializer.Deserialize(json.Span, ContractJson.Tolerant.HostDetails) : null) ?? Silent(answer.Host!);
    }

    private DateTimeOffset? LastSeen(string host) => members.LastSeen(host) is { } seen && seen != default ? seen : null;

    private string LastHeard(string host) => LastSeen(host) is { } seen ? $"{host} was last heard of {seen:u}" : $"{host} does not answer";
}
