using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>Which command answers to which name.</summary>
internal static class CommandTable
{
    public static IReadOnlyDictionary<string, Route> Of(
        CreateVm create,
        StartVm start,
        StopVm stop,
        DeleteVm delete,
        ListVms list,
        ShowVm show,
        WhyVm why,
        LogsVm logs,
        ConnectVm connect,
        Doctor doctor,
        Once once)
    {
        // A new VM has no place in line to lose, and its files take their time: the front door goes on meanwhile.
        var wire = ContractJson.Wire;
        return new Dictionary<string, Route>
        {
            [CommandNames.CreateVm] = once.Wrap(Routes.To(wire.CreateVmOptions, wire.VmActionResponse, (options, requester, stopping) => Task.Run(() => create.RunAsync(options, requester, stopping), stopping))),
            [CommandNames.StartVm] = once.Wrap(Routes.To(wire.VmOptions, wire.VmActionResponse, start.RunAsync)),
            [CommandNames.StopVm] = once.Wrap(Routes.To(wire.StopVmOptions, wire.VmActionResponse, stop.RunAsync)),
            [CommandNames.DeleteVm] = once.Wrap(Routes.To(wire.VmOptions, wire.VmActionResponse, delete.RunAsync)),
            [CommandNames.ListVms] = Routes.To(wire.ListVmsOptions, (_, _, stopping) => list.RunAsync(stopping)),
            [CommandNames.ShowVm] = Routes.To(wire.VmOptions, wire.VmDetails, (options, _, stopping) => show.RunAsync(options, stopping)),
            [CommandNames.WhyVm] = Routes.To(wire.VmOptions, wire.WhyVmResponse, (options, _, stopping) => why.RunAsync(options, stopping)),
            [CommandNames.LogsVm] = Routes.To(wire.LogsVmOptions, wire.LogsVmResponse, (options, _, stopping) => logs.RunAsync(options, stopping)),
            [CommandNames.Doctor] = Routes.To(wire.DoctorOptions, wire.DoctorResponse, (_, _, stopping) => doctor.RunAsync(stopping)),
            [CommandNames.ConnectVm] = Routes.To(wire.ConnectVmOptions, wire.ConnectVmResponse, (options, requester, stopping) => Task.Run(() => connect.RunAsync(options, requester, stopping), stopping)),
        };
    }
}
