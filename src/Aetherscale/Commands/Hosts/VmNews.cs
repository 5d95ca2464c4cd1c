using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands.Hosts;

/// <summary>What happens to this host's VMs, for the fleet.</summary>
internal sealed class VmNews(VmHistory history, string host)
{
    /// <summary>Listens from this call on. It ends when its reader is too slow: then all has to be looked at again.</summary>
    public IAsyncEnumerable<Contract.Commands.VmEvent> Listen(CancellationToken cancellationToken)
    {
        var listener = history.Feed.Listen(null);
        return ReadAsync();

        async IAsyncEnumerable<Contract.Commands.VmEvent> ReadAsync()
        {
            using (listener)
            {
                await foreach (var happened in listener.Events.ReadAllAsync(cancellationToken))
                {
                    yield return WireEvents.Of(happened.Vm, happened.Name, happened.Transition) with { Host = host };
                }
            }
        }
    }
}
