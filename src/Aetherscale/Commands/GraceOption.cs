using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>The option <c>timeout</c> of the commands that shut a guest down.</summary>
internal static class GraceOption
{
    /// <param name="timeout">Seconds; null when the requester did not say.</param>
    /// <param name="exclusive">The option that goes without it, when that is given.</param>
    /// <param name="unitGrace">What the VM's unit gives its guest.</param>
    /// <exception cref="AetherscaleException"><c>bad-request</c>.</exception>
    public static TimeSpan? Read(int? timeout, string? exclusive, TimeSpan unitGrace)
    {
        if (timeout is not { } seconds)
        {
            return null;
        }

        if (exclusive is not null)
        {
            throw new AetherscaleException(BadRequest, $"\"timeout\" and \"{exclusive}\" exclude each other: a {exclusive} does not wait.");
        }

        // The unit's own ExecStop ends the guest after that time, whatever is asked here.
        return seconds >= 1 && seconds <= unitGrace.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new AetherscaleException(
                BadRequest, $"\"timeout\" must be from 1 to {unitGrace.TotalSeconds} seconds (stop-grace-seconds of the daemon).");
    }
}
