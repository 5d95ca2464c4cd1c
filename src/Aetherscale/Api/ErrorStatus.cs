using Aetherscale.Commands;
using Aetherscale.Contract;

namespace Aetherscale.Api;

/// <summary>The HTTP status that goes with a reply. The envelope tells all; the status is for tools that know only HTTP.</summary>
internal static class ErrorStatus
{
    public static int Of(Reply reply) => reply.ExecutionInfo.Code switch
    {
        null => StatusCodes.Status200OK,
        ErrorCodes.BadJson or ErrorCodes.BadRequest or ErrorCodes.BadName or ErrorCodes.BadVmId => StatusCodes.Status400BadRequest,
        ErrorCodes.UnknownCommand or ErrorCodes.VmNotFound or ErrorCodes.ImageNotFound or ErrorCodes.RemoteNotFound
            or ErrorCodes.HostNotFound => StatusCodes.Status404NotFound,
        ErrorCodes.NameTaken or ErrorCodes.VmNotRunning or ErrorCodes.VmCrashed or ErrorCodes.RequestIdConflict or ErrorCodes.NoScreen
            or ErrorCodes.ImageInUse or ErrorCodes.HostAlive or ErrorCodes.NoFleet or ErrorCodes.ImageDiffers => StatusCodes.Status409Conflict,
        ErrorCodes.ImageUnsafe or ErrorCodes.ImageTooBig or ErrorCodes.DiskUnsafe or ErrorCodes.BaseChanged
            or ErrorCodes.ChecksumMismatch => StatusCodes.Status422UnprocessableEntity,
        ErrorCodes.NoSpace or ErrorCodes.NoCapacity => StatusCodes.Status507InsufficientStorage,
        ErrorCodes.SystemdUnavailable or ErrorCodes.FirmwareMissing or ErrorCodes.NetworkUnavailable
            or ErrorCodes.HostUnreachable => StatusCodes.Status503ServiceUnavailable,
        ErrorCodes.TimedOut or ErrorCodes.DeadlinePassed => StatusCodes.Status504GatewayTimeout,
        ErrorCodes.ConnectFailed or ErrorCodes.ImportFailed or ErrorCodes.QemuFailed or ErrorCodes.AgentUnavailable
            or ErrorCodes.GuestFailed => StatusCodes.Status502BadGateway,
        _ => StatusCodes.Status500InternalServerError,
    };
}
