using System.Collections.Concurrent;

namespace Aetherscale.VirtualMachines.History;

/// <summary>Passes on what happens to VMs to everybody who listens now, in order and without waiting for anyone.</summary>
internal sealed class EventFeed
{
    private readonly ConcurrentDictionary<Listener<VmEvent>, VmId?> _listeners = new();

    /// <summary>Listens from now on, until the listener is disposed.</summary>
    /// <param name="vm">Only this VM's; all when null.</param>
    public Listener<VmEvent> Listen(VmId? vm)
    {
        var listener = new Listener<VmEvent>(gone => _listeners.TryRemove(gone, out _));
        _listeners[listener] = vm;
        return listener;
    }

    public void Publish(VmEvent happened)
    {
        foreach (var (listener, vm) in _listeners)
        {
            if (vm is null || vm == happened.Vm)
            {
                listener.Offer(happened);
            }
        }
    }
}
