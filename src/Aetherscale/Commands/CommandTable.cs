using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>Which command answers to which name.</summary>
internal static class CommandTable
{
    public static IReadOnlyDictionary<string, Route> Of(
        CreateVm create, StartVm start, StopVm stop, DeleteVm delete, ListVms list, ShowVm show, ConnectVm connect, Doctor doctor)
    {
        // A new VM has no place in line to lose, and its files take their time: the front door goes on meanwhile.
        var wire = ContractJson.Wire;
        return new Dictionary<string, Route>
        {
            [CommandNames.CreateVm] = Routes.To(wire.CreateVmOptions, wire.VmActionResponse, (options, _, stopping) => Task.Run(() => create.RunAsync(options, stopping), stopping)),
            [CommandNames.StartVm] = Routes.To(wire.VmOptions, wire.VmActionResponse, (options, _, stopping) => start.RunAsync(options, stopping)),
            [CommandNames.StopVm] = Routes.To(wire.StopVmOptions, wire.VmActionResponse, stop.RunAsync),
            [CommandNames.DeleteVm] = Routes.To(wire.VmOptions, wire.VmActionResponse, (options, _, stopping) => delete.RunAsync(options, stopping)),
            [CommandNames.ListVms] = Routes.To(wire.ListVmsOptions, (_, _, stopping) => list.RunAsync(stopping)),
            [CommandNames.ShowVm] = Routes.To(wire.VmOptions, wire.VmDetails, (options, _, stopping) => show.RunAsync(options, stopping)),
            [CommandNames.Doctor] = Routes.To(wire.DoctorOptions, wire.DoctorResponse, (_, _, stopping) => doctor.RunAsync(stopping)),
            [CommandNames.ConnectVm] = Routes.To(wire.ConnectVmOptions, wire.ConnectVmResponse, (options, requester, stopping) => Task.Run(() => connect.RunAsync(options, requester, stopping), stopping)),
        };
    }
}
