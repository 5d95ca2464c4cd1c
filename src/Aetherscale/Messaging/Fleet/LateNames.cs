using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Names of VMs that are here already. However long others take them, that is no reason to give up a connection.</summary>
internal sealed class LateNames(FleetHost me, VmClaims claims, TimeProvider time, ILogger logger)
{
    /// <summary>The lock of a host that froze while it took a name goes when the broker has missed its heartbeats.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    /// <summary>Makes the name this host's, unless another host has it, while there is a VM here that has it.</summary>
    /// <param name="link">The connection's.</param>
    /// <param name="id">The VM.</param>
    /// <param name="name">Its name.</param>
    /// <param name="over">Cancelled when the connection is lost, or the daemon stops.</param>
    public async Task TakeAsync(FleetLink link, string id, string name, CancellationToken over)
    {
        while (me.Has(name))
        {
            try
            {
                if (!await claims.TryClaimAsync(link, name, over))
                {
                    FleetLog.NameTaken(logger, id, name);
                }
                else if (!me.Has(name))
                {
                    // Deleted meanwhile, when there was nothing to give up yet.
                    await claims.ReleaseAsync(link, [name], over);
                }

                return;
            }
            catch (AetherscaleException error) when (link.IsOpen && error.Code is TimedOut or NoFleet)
            {
                FleetLog.NameLater(logger, id, name, s_pause.TotalSeconds, error.Message);
            }

            await Task.Delay(s_pause, time, over);
        }
    }
}
