using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary><c>list-vms</c>: all VMs with their true status, not only those that run.</summary>
internal sealed class ListVms(VmStore store, VmObserver observer)
{
    /// <summary>The rows of the last list: from one to the next most VMs stay as they are.</summary>
    private IReadOnlyDictionary<VmId, Row> _last = new Dictionary<VmId, Row>();

    /// <returns>Writes a list of <see cref="VmSummary"/>.</returns>
    public async Task<Action<Utf8JsonWriter>> RunAsync(CancellationToken cancellationToken)
    {
        var (vms, drafts) = store.ListWithDrafts();
        var observations = await observer.ObserveAsync(vms, cancellationToken);
        var last = _last;
        var rows = new Dictionary<VmId, Row>(observations.Count);
        foreach (var observation in observations)
        {
            rows[observation.Vm.Id] = last.TryGetValue(observation.Vm.Id, out var row) && row.Observation == observation
                ? row
                : new Row(observation, JsonSerializer.SerializeToUtf8Bytes(Summarize(observation), ContractJson.Wire.VmSummary));
        }

        _last = rows;
        return writer => Write(observations.Select(observation => rows[observation.Vm.Id].Json).Concat(drafts.Select(DraftRow)), writer);
    }

    private static byte[] DraftRow((VmId Id, VmName? Name) draft)
    {
        var row = new VmSummary { VmId = draft.Id.ToString(), Name = draft.Name?.ToString(), Status = VmStatus.Creating };
        return JsonSerializer.SerializeToUtf8Bytes(row, ContractJson.Wire.VmSummary);
    }

    private static void Write(IEnumerable<byte[]> rows, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var row in rows)
        {
            writer.WriteRawValue(row, skipInputValidation: true);
        }

        writer.WriteEndArray();
    }

    private static VmSummary Summarize(VmObservation observation)
    {
        var spec = observation.Vm.Spec;
        return new VmSummary
        {
            VmId = observation.Vm.Id.ToString(),
            Name = spec?.Name,
            Status = StatusWord.Of(observation.State),
            Hint = observation.Hint,
            Address = spec?.Address,
            Image = spec?.Image,
            Cpus = spec?.Cpus,
            Memory = spec?.MemoryMib,
            Autostart = observation.Autostart,
            AutostartPolicy = spec is null or { AutostartPolicy: default(AutostartPolicy) } ? null : PolicyWord.Of(spec.AutostartPolicy),
        };
    }

    private sealed record Row(VmObservation Observation, byte[] Json);
}
