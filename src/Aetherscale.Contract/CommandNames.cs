namespace Aetherscale.Contract;

/// <summary>The commands; the CLI's verbs are the same words.</summary>
public static class CommandNames
{
    /// <summary>Makes a VM from an image and starts it.</summary>
    public const string CreateVm = "create-vm";

    /// <summary>Starts a stopped VM, now and at every boot.</summary>
    public const string StartVm = "start-vm";

    /// <summary>Shuts a VM down, until it is started again.</summary>
    public const string StopVm = "stop-vm";

    /// <summary>Reboots a VM's guest, or resets its machine.</summary>
    public const string RestartVm = "restart-vm";

    /// <summary>Halts the CPUs of a running VM.</summary>
    public const string PauseVm = "pause-vm";

    /// <summary>Lets a paused VM go on.</summary>
    public const string ResumeVm = "resume-vm";

    /// <summary>Waits until a VM has come as far as its requester needs it.</summary>
    public const string WaitVm = "wait-vm";

    /// <summary>Removes a VM with its disk.</summary>
    public const string DeleteVm = "delete-vm";

    /// <summary>Lists all VMs with their status.</summary>
    public const string ListVms = "list-vms";

    /// <summary>Tells everything about one VM.</summary>
    public const string ShowVm = "show-vm";

    /// <summary>Tells why a VM is in the state that it is in.</summary>
    public const string WhyVm = "why-vm";

    /// <summary>Tells what a VM's QEMU, its unit and its guest's console have said.</summary>
    public const string LogsVm = "logs-vm";

    /// <summary>Tells a requester on a broker what happens to VMs as it happens.</summary>
    public const string Watch = "watch";

    /// <summary>Tells a requester on a broker a VM's log as it grows; on the CLI, <c>logs-vm --follow</c>.</summary>
    public const string FollowLogs = "follow-logs";

    /// <summary>Joins a requester on a broker to a TCP port of a VM; on the CLI, <c>connect</c>.</summary>
    public const string ConnectVm = "connect-vm";

    /// <summary>Joins a requester on a broker to a VM's serial console; on the CLI, <c>console</c>.</summary>
    public const string ConsoleVm = "console-vm";

    /// <summary>Runs a program in a VM by its guest agent; on the CLI, <c>exec</c>.</summary>
    public const string ExecVm = "exec-vm";

    /// <summary>Takes a picture of a VM's screen; on the CLI, <c>screenshot</c>.</summary>
    public const string ScreenshotVm = "screenshot-vm";
    /// <summary>Puts an image into the store.</summary>
    public const string ImportImage = "import-image";

    /// <summary>Fetches a distribution's image, or a server's, into the store.</summary>
    public const string PullImage = "pull-image";

    /// <summary>Lists the images of the store.</summary>
    public const string ListImages = "list-images";

    /// <summary>Tells everything about one image.</summary>
    public const string ShowImage = "show-image";

    /// <summary>Gives an image another name besides.</summary>
    public const string CopyImage = "copy-image";

    /// <summary>Removes an image that no VM uses.</summary>
    public const string DeleteImage = "delete-image";

    /// <summary>Adds a server of images to the catalogue.</summary>
    public const string AddRemote = "add-remote";

    /// <summary>Lists whose images can be pulled.</summary>
    public const string ListRemotes = "list-remotes";

    /// <summary>Removes a server that was added.</summary>
    public const string RemoveRemote = "remove-remote";

    /// <summary>Lists the hosts of the fleet with what they can hold and what they hold.</summary>
    public const string ListHosts = "list-hosts";

    /// <summary>Tells everything about one host.</summary>
    public const string ShowHost = "show-host";

    /// <summary>Has a host take no new VMs.</summary>
    public const string CordonHost = "cordon-host";

    /// <summary>Has a host take new VMs again.</summary>
    public const string UncordonHost = "uncordon-host";

    /// <summary>Removes a host that is gone for good from the fleet, with its queue.</summary>
    public const string ForgetHost = "forget-host";

    /// <summary>Among hosts: asks whether one would take a VM.</summary>
    public const string OfferVm = "offer-vm";

    /// <summary>Among hosts: reads an image that has not been used there yet, so that its digest is known.</summary>
    public const string ReadImage = "read-image";

    /// <summary>Among hosts: sends an image's content to the one that has it not.</summary>
    public const string SendImage = "send-image";

    /// <summary>Looks at all that VMs need of their host.</summary>
    public const string Doctor = "doctor";
}
