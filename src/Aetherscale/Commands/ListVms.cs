using System.Buffers;
using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary><c>list-vms</c>: all VMs with their true status, not only those that run; with their host, where that has a name among others.</summary>
internal sealed class ListVms(VmStore store, VmObserver observer, string? host)
{
    /// <summary>The last list: from one to the next all VMs stay as they are, or most of them.</summary>
    private Written _last = new([], [], [.. "[]"u8], HasDrafts: false);

    /// <returns>Writes a list of <see cref="VmSummary"/>.</returns>
    public async Task<Action<Utf8JsonWriter>> RunAsync(ListVmsOptions options, CancellationToken cancellationToken)
    {
        var filter = VmFilter.Of(options);
        var (vms, drafts) = store.ListWithDrafts();
        var observations = await observer.ObserveAsync(vms, cancellationToken);
        var last = _last;
        var json = last.Json;
        if (drafts.Count > 0 || last.HasDrafts || !observations.SequenceEqual(last.Observations))
        {
            var rows = RowsOf(observations, last);
            json = Join([.. rows, .. drafts.Select(DraftRow)]);
            last = _last = new Written(observations, rows, json, drafts.Count > 0);
        }

        if (filter is not null)
        {
            json = Join([.. last.Observations.Zip(last.Rows).Where(pair => filter.Fits(pair.First)).Select(pair => pair.Second), .. drafts.Where(filter.Fits).Select(DraftRow)]);
        }

        return writer => writer.WriteRawValue(json, skipInputValidation: true);
    }

    private byte[][] RowsOf(IReadOnlyList<VmObservation> observations, Written last)
    {
        var known = last.Observations.Zip(last.Rows).ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. observations.Select(observation => known.GetValueOrDefault(observation)
            ?? JsonSerializer.SerializeToUtf8Bytes(Summarize(observation), ContractJson.Wire.VmSummary))];
    }

    private static byte[] Join(byte[][] rows)
    {
        var json = new ArrayBufferWriter<byte>(rows.Sum(row => row.Length + 1) + 2);
        json.Write("["u8);
        foreach (var row in rows)
        {
            json.Write(json.WrittenCount > 1 ? ","u8 : default);
            json.Write(row);
        }

        json.Write("]"u8);
        return json.WrittenSpan.ToArray();
    }

    private byte[] DraftRow((VmId Id, VmName? Name) draft)
    {
        var row = new VmSummary { VmId = draft.Id.ToString(), Name = draft.Name?.ToString(), Host = host, Status = VmStatus.Creating };
        return JsonSerializer.SerializeToUtf8Bytes(row, ContractJson.Wire.VmSummary);
    }

    private VmSummary Summarize(VmObservation observation)
    {
        var spec = observation.Vm.Spec;
        return new VmSummary
        {
            VmId = observation.Vm.Id.ToString(),
            Name = spec?.Name,
            Host = host,
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

    /// <param name="Observations">What the rows were made of.</param>
    /// <param name="Rows">The JSON of each.</param>
    /// <param name="Json">The whole list.</param>
    /// <param name="HasDrafts">Whether it has more than those rows.</param>
    private sealed record Written(IReadOnlyList<VmObservation> Observations, byte[][] Rows, byte[] Json, bool HasDrafts);
}
