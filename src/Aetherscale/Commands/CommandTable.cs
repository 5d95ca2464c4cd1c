using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>Which command answers to which name.</summary>
internal static class CommandTable
{
    public static IReadOnlyDictionary<string, Route> Of(
        CreateVm create, StartVm start, StopVm stop, DeleteVm delete, ListVms list, ShowVm show)
    {
        var wire = ContractJson.Wire;
        return new Dictionary<string, Route>
        {
            [CommandNames.CreateVm] = Routes.To(wire.CreateVmOptions, wire.VmActionResponse, create.RunAsync),
            [CommandNames.StartVm] = Routes.To(wire.VmOptions, wire.VmActionResponse, start.RunAsync),
            [CommandNames.StopVm] = Routes.To(wire.StopVmOptions, wire.VmActionResponse, stop.RunAsync),
            [CommandNames.DeleteVm] = Routes.To(wire.VmOptions, wire.VmActionResponse, delete.RunAsync),
            [CommandNames.ListVms] = Routes.To(wire.ListVmsOptions, wire.IReadOnlyListVmSummary, list.RunAsync),
            [CommandNames.ShowVm] = Routes.To(wire.VmOptions, wire.VmDetails, show.RunAsync),
        };
    }
}
