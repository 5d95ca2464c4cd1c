using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>Which command answers to which name.</summary>
internal static class CommandTable
{
    public static IReadOnlyDictionary<string, Route> Of(
        CreateVm create,
        StartVm start,
        StopVm stop,
        RestartVm restart,
        PauseVm pause,
        ResumeVm resume,
        WaitVm wait,
        DeleteVm delete,
        ListVms list,
        ShowVm show,
        WhyVm why,
        LogsVm logs,
        FollowByQueue followByQueue,
        ConnectVm connect,
        ConsoleVm console,
        ExecVm exec,
        ScreenshotVm screenshot,
        Doctor doctor,
        ImageFacts images,
        ImportImage importImage,
        PullImage pullImage,
        CopyImage copyImage,
        DeleteImage deleteImage,
        Remotes remotes,
        ThisHost host,
        OfferVm offer,
        SendImage sendImage,
        Once once)
    {
        // Each command gets in line at its VM before it first waits: that is the order in which they were accepted.
        var wire = ContractJson.Wire;
        return new Dictionary<string, Route>
        {
            [CommandNames.CreateVm] = once.Wrap(Routes.To(wire.CreateVmOptions, wire.VmActionResponse, create.RunAsync)),
            [CommandNames.StartVm] = once.Wrap(Routes.To(wire.VmOptions, wire.VmActionResponse, start.RunAsync)),
            [CommandNames.StopVm] = once.Wrap(Routes.To(wire.StopVmOptions, wire.VmActionResponse, stop.RunAsync)),
            [CommandNames.RestartVm] = once.Wrap(Routes.To(wire.RestartVmOptions, wire.VmActionResponse, restart.RunAsync)),
            [CommandNames.PauseVm] = once.Wrap(Routes.To(wire.VmOptions, wire.VmActionResponse, pause.RunAsync)),
            [CommandNames.ResumeVm] = once.Wrap(Routes.To(wire.VmOptions, wire.VmActionResponse, resume.RunAsync)),
            [CommandNames.WaitVm] = Routes.To(wire.WaitVmOptions, wire.WaitVmResponse, wait.RunAsync),
            [CommandNames.DeleteVm] = once.Wrap(Routes.To(wire.VmOptions, wire.VmActionResponse, delete.RunAsync)),
            [CommandNames.ListVms] = Routes.To(wire.ListVmsOptions, (options, _, stopping) => list.RunAsync(options, stopping)),
            [CommandNames.ShowVm] = Routes.To(wire.ShowVmOptions, wire.VmDetails, (options, _, stopping) => show.RunAsync(options, stopping)),
            [CommandNames.WhyVm] = Routes.To(wire.VmOptions, wire.WhyVmResponse, (options, _, stopping) => why.RunAsync(options, stopping)),
            [CommandNames.LogsVm] = Routes.To(wire.LogsVmOptions, wire.LogsVmResponse, (options, _, stopping) => logs.RunAsync(options, stopping)),
            [CommandNames.Doctor] = Routes.To(wire.DoctorOptions, wire.DoctorResponse, (_, _, stopping) => doctor.RunAsync(stopping)),
            [CommandNames.Watch] = Routes.To(wire.WatchOptions, wire.ConnectVmResponse, followByQueue.WatchAsync),
            [CommandNames.FollowLogs] = Routes.To(wire.FollowLogsOptions, wire.ConnectVmResponse, followByQueue.FollowLogsAsync),
            [CommandNames.ImportImage] = once.Wrap(Routes.To(wire.ImportImageOptions, wire.ImageDetails, importImage.RunAsync)),
            [CommandNames.PullImage] = once.Wrap(Routes.To(wire.PullImageOptions, wire.ImageDetails, pullImage.RunAsync)),
            [CommandNames.ListImages] = Routes.To(wire.ListImagesOptions, wire.IReadOnlyListImageSummary, (_, _, stopping) => Task.Run(images.All, stopping)),
            [CommandNames.ShowImage] = Routes.To(
                wire.ImageOptions, wire.ImageDetails, (options, _, stopping) => Task.Run(() => images.Of(ImageFacts.Name(options.Name)), stopping)),
            [CommandNames.CopyImage] = once.Wrap(Routes.To(wire.CopyImageOptions, wire.ImageDetails, (options, _, stopping) => copyImage.RunAsync(options, stopping))),
            [CommandNames.DeleteImage] = once.Wrap(
                Routes.To(wire.ImageOptions, wire.DeleteImageResponse, (options, _, stopping) => deleteImage.RunAsync(options, stopping))),
            [CommandNames.AddRemote] = once.Wrap(Routes.To(wire.AddRemoteOptions, wire.RemoteSummary, (options, _, stopping) => Task.Run(() => remotes.Add(options), stopping))),
            [CommandNames.ListRemotes] = Routes.To(wire.ListRemotesOptions, wire.IReadOnlyListRemoteSummary, (_, _, stopping) => Task.Run(remotes.All, stopping)),
            [CommandNames.RemoveRemote] = once.Wrap(
                Routes.To(wire.RemoteOptions, wire.RemoveRemoteResponse, (options, _, stopping) => Task.Run(() => remotes.Remove(options), stopping))),
            [CommandNames.ListHosts] = Routes.To(wire.ListHostsOptions, wire.IReadOnlyListHostSummary, (_, _, stopping) => Task.Run(host.All, stopping)),
            [CommandNames.ShowHost] = Routes.To(wire.HostOptions, wire.HostDetails, (options, _, stopping) => Task.Run(() => host.Show(options), stopping)),
            [CommandNames.CordonHost] = once.Wrap(Routes.To(wire.HostOptions, wire.HostDetails, (options, _, stopping) => Task.Run(() => host.Cordon(options), stopping))),
            [CommandNames.UncordonHost] = once.Wrap(
                Routes.To(wire.HostOptions, wire.HostDetails, (options, _, stopping) => Task.Run(() => host.Uncordon(options), stopping))),
            [CommandNames.ForgetHost] = once.Wrap(Routes.To(wire.HostOptions, wire.HostDetails, (options, _, stopping) => Task.Run(() => host.Forget(options), stopping))),
            [CommandNames.OfferVm] = Routes.To(wire.CreateVmOptions, wire.OfferVmResponse, (options, _, stopping) => Task.Run(() => offer.Run(options), stopping)),
            [CommandNames.ReadImage] = Routes.To(wire.ImageOptions, wire.ImageDetails, (options, _, stopping) => Task.Run(() => sendImage.ReadAsync(options, stopping), stopping)),
            [CommandNames.SendImage] = Routes.To(wire.SendImageOptions, wire.ConnectVmResponse, sendImage.RunAsync),
            [CommandNames.ConnectVm] = Routes.To(wire.ConnectVmOptions, wire.ConnectVmResponse, (options, requester, stopping) => Task.Run(() => connect.RunAsync(options, requester, stopping), stopping)),
            [CommandNames.ExecVm] = once.Wrap(Routes.To(wire.ExecVmOptions, wire.ExecVmResponse, exec.RunAsync)),
            [CommandNames.ScreenshotVm] = Routes.To(wire.VmOptions, wire.ScreenshotVmResponse, (options, _, stopping) => screenshot.RunAsync(options, stopping)),
            [CommandNames.ConsoleVm] = Routes.To(wire.ConsoleVmOptions, wire.ConnectVmResponse, console.RunAsync),
        };
    }
}
