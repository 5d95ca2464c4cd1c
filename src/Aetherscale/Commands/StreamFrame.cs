using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Commands;

/// <summary>One piece of a stream: one of <see cref="StreamFrames"/> and its JSON.</summary>
internal sealed record StreamFrame(string Type, byte[] Json)
{
    public static StreamFrame Of(VirtualMachines.History.VmEvent happened) => new(
        StreamFrames.Event,
        JsonSerializer.SerializeToUtf8Bytes(
            WireEvents.Of(happened.Vm, happened.Name, happened.Transition), ContractJson.Wire.VmEvent));

    public static StreamFrame Of(VmLogLine line) =>
        new(StreamFrames.Log, JsonSerializer.SerializeToUtf8Bytes(line, ContractJson.Wire.VmLogLine));

    public static StreamFrame Of(ImportProgress progress) =>
        new(StreamFrames.Progress, JsonSerializer.SerializeToUtf8Bytes(progress, ContractJson.Wire.ImportProgress));

    public static StreamFrame Of(Reply reply) => new(StreamFrames.Reply, reply.ToJson().ToArray());

    /// <summary>What happened to a host's VMs before it was there again, at this instant, may not have been told.</summary>
    public static StreamFrame Missed(string host, DateTimeOffset at)
    {
        var gap = new MissedEvents { Host = host, Time = at, Text = $"{host} has come to the broker; what happened to its VMs before is not told: list them again" };
        return new StreamFrame(StreamFrames.Missed, JsonSerializer.SerializeToUtf8Bytes(gap, ContractJson.Wire.MissedEvents));
    }

    public static StreamFrame End(string code, string reason) => new(
        StreamFrames.End,
        JsonSerializer.SerializeToUtf8Bytes(new StreamEnd { Code = code, Reason = reason }, ContractJson.Wire.StreamEnd));
}
