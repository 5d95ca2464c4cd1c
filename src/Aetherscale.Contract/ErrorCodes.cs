namespace Aetherscale.Contract;

/// <summary>The values of <c>execution-info.code</c>. Scripts may rely on them; reasons are for people.</summary>
public static class ErrorCodes
{
    /// <summary>The body is not one well-formed JSON document.</summary>
    public const string BadJson = "bad-json";

    /// <summary>A member is missing, unknown, or of the wrong type; the reason names it.</summary>
    public const string BadRequest = "bad-request";

    /// <summary>No command has this name.</summary>
    public const string UnknownCommand = "unknown-command";

    /// <summary>The request id was used for another request within the last day.</summary>
    public const string RequestIdConflict = "request-id-conflict";

    /// <summary>An image's or a VM's name does not match its grammar.</summary>
    public const string BadName = "bad-name";

    /// <summary>The text is neither a VM id nor a VM name.</summary>
    public const string BadVmId = "bad-vm-id";

    /// <summary>Another VM, or another image, has this name already.</summary>
    public const string NameTaken = "name-taken";

    /// <summary>No VM has this id or name.</summary>
    public const string VmNotFound = "vm-not-found";

    /// <summary>The VM has to run for this command, and does not.</summary>
    public const string VmNotRunning = "vm-not-running";

    /// <summary>The VM crashed while somebody waited for it.</summary>
    public const string VmCrashed = "vm-crashed";

    /// <summary>The VM's spec, unit or disk is missing or unreadable; the reason says which.</summary>
    public const string VmBroken = "vm-broken";

    /// <summary>The VM's disk is gone. It is never created anew.</summary>
    public const string DiskMissing = "disk-missing";

    /// <summary>The VM's disk is not what was made for it.</summary>
    public const string DiskUnsafe = "disk-unsafe";

    /// <summary>The VM boots by UEFI, and this host has no firmware for that.</summary>
    public const string FirmwareMissing = "firmware-missing";

    /// <summary>The base that the VM's disk stands on is not what it was.</summary>
    public const string BaseChanged = "base-changed";

    /// <summary>No image of this name is in the store.</summary>
    public const string ImageNotFound = "image-not-found";

    /// <summary>The image is not a plain, self-contained qcow2 file.</summary>
    public const string ImageUnsafe = "image-unsafe";

    /// <summary>The image's virtual size is over the limit.</summary>
    public const string ImageTooBig = "image-too-big";

    /// <summary>VMs stand on the image; the reason names them.</summary>
    public const string ImageInUse = "image-in-use";

    /// <summary>What was imported does not hash to what it should.</summary>
    public const string ChecksumMismatch = "checksum-mismatch";

    /// <summary>The image's source could not be fetched, or ended too early. What was fetched of a URL is kept for a day.</summary>
    public const string ImportFailed = "import-failed";

    /// <summary>A line of the file that adds to the catalogue of images is wrong; the reason names it.</summary>
    public const string BadCatalogue = "bad-catalogue";

    /// <summary>No remote of this name was added.</summary>
    public const string RemoteNotFound = "remote-not-found";

    /// <summary>A unit of the name that is needed belongs to another daemon's state.</summary>
    public const string UnitForeign = "unit-foreign";

    /// <summary>systemd or QEMU could not start the VM; the reason holds QEMU's own words.</summary>
    public const string StartFailed = "start-failed";

    /// <summary>systemd could not stop the VM.</summary>
    public const string StopFailed = "stop-failed";

    /// <summary>QEMU refused, or does not answer its monitor; the reason holds its own words.</summary>
    public const string QemuFailed = "qemu-failed";

    /// <summary>What was waited for did not come about in time.</summary>
    public const string TimedOut = "timeout";

    /// <summary>The network has no free address, or its switch or router does not run.</summary>
    public const string NetworkUnavailable = "network-unavailable";

    /// <summary>Nothing listens on this port of the guest.</summary>
    public const string ConnectFailed = "connect-failed";

    /// <summary>No guest agent (package qemu-guest-agent) answers in the VM.</summary>
    public const string AgentUnavailable = "agent-unavailable";

    /// <summary>The guest, by its agent, refused; the reason holds its own words.</summary>
    public const string GuestFailed = "guest-failed";

    /// <summary>The VM has no graphics card, so there is no screen to look at.</summary>
    public const string NoScreen = "no-screen";

    /// <summary>There is no room left on the file system.</summary>
    public const string NoSpace = "no-space";

    /// <summary>systemd did not answer in time, or refused.</summary>
    public const string SystemdUnavailable = "systemd-unavailable";

    /// <summary>No host of the fleet has room for the VM; the reason says what each one lacks.</summary>
    public const string NoCapacity = "no-capacity";

    /// <summary>No host of the fleet has this name.</summary>
    public const string HostNotFound = "host-not-found";

    /// <summary>The host answers, so it cannot be forgotten.</summary>
    public const string HostAlive = "host-alive";

    /// <summary>Hosts that might know do not answer; the reason names them.</summary>
    public const string HostUnreachable = "host-unreachable";

    /// <summary>The daemon is not at a broker, so it has no fleet.</summary>
    public const string NoFleet = "no-fleet";

    /// <summary>The broker does not let this host do what the command needs; the reason says what to do.</summary>
    public const string BrokerRefused = "broker-refused";

    /// <summary>The command was carried out; its reply is longer than the broker lets through.</summary>
    public const string ReplyTooLarge = "reply-too-large";

    /// <summary>The command came after its deadline, and was not begun.</summary>
    public const string DeadlinePassed = "deadline-passed";

    /// <summary>A create-vm without an id was delivered again, and may have been carried out; it is not carried out once more.</summary>
    public const string DeliveredBefore = "delivered-before";

    /// <summary>Hosts of the fleet have different images of this name; the reason names them.</summary>
    public const string ImageDiffers = "image-differs";

    /// <summary>A fault of ours. Its details are in the daemon's log under the reply's request id.</summary>
    public const string InternalError = "internal-error";
}
