using Aetherscale.Contract;

namespace Aetherscale.Cli.Output;

/// <summary>A VM's status with its tone.</summary>
internal static class StatusCell
{
    public static Cell Of(string status) => new(status, status switch
    {
        VmStatus.Running => Tone.Good,
        VmStatus.Creating or VmStatus.Starting or VmStatus.Stopping or VmStatus.Deleting or VmStatus.Parked => Tone.Busy,
        VmStatus.Paused => Tone.Busy,
        VmStatus.Crashed or VmStatus.Broken or VmStatus.Unreachable => Tone.Bad,
        VmStatus.Stopped or VmStatus.Deleted => Tone.Faint,
        _ => Tone.Plain,
    });
}
