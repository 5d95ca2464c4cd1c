using System.Collections.Concurrent;

namespace Aetherscale.VirtualMachines.History;

/// <summary>Passes on what happens to VMs to everybody who listens now, in order and without waiting for anyone.</summary>
internal sealed class EventFeed
{
    private readonly ConcurrentDictionary<EventListener, byte> _listeners = new();

    /// <summary>Listens from now on, until the listener is disposed.</summary>
    /// <param name="vm">Only this VM's; all when null.</param>
    public EventListener Listen(VmId? vm)
    {
        var listener = new EventListener(vm, gone => _listeners.TryRemove(gone, out _));
        _listeners[listener] = 0;
        return listener;
    }

    public void Publish(VmEvent happened)
    {
        foreach (var listener in _listeners.Keys)
        {
            listener.Offer(happened);
        }
    }
}
