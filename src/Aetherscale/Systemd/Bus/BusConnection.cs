using static Aetherscale.Systemd.Bus.BusException;

namespace Aetherscale.Systemd.Bus;

/// <summary>One sd-bus connection. It never blocks: the owner polls, sends and receives. One thread only.</summary>
internal sealed class BusConnection : IDisposable
{
    private nint _bus;

    private BusConnection(nint bus) => _bus = bus;

    /// <summary>What poll(2) watches for now. Both change with the connection's state: ask before each poll.</summary>
    public (int Descriptor, int Events) Interest =>
        (Check(SdBus.GetDescriptor(_bus), "descriptor"), Check(SdBus.GetEvents(_bus), "events"));

    /// <summary>When sd-bus itself wants to be called, in microseconds on CLOCK_MONOTONIC; null for never.</summary>
    public ulong? WakeUpTime
    {
        get
        {
            Check(SdBus.GetTimeout(_bus, out var deadline), "timeout");
            return deadline == ulong.MaxValue ? null : deadline;
        }
    }

    /// <summary>Begins to connect; greeting and authentication go on inside <see cref="TryReceive"/>.</summary>
    /// <exception cref="BusException">Nothing listens there, or we may not connect.</exception>
    public static BusConnection Open(BusAddress address)
    {
        Check(SdBus.New(out var bus), "new bus");
        try
        {
            Check(SdBus.SetAddress(bus, address.Text), "set address");
            Check(SdBus.SetBusClient(bus, address.IsMessageBus ? 1 : 0), "set bus client");
            Check(SdBus.Start(bus), address.Text);
            return new BusConnection(bus);
        }
        catch (BusException)
        {
            SdBus.CloseUnref(bus);
            throw;
        }
    }

    /// <summary>Queues a method call and returns the cookie that its reply will carry.</summary>
    public ulong Send(string destination, string path, string interfaceName, string member, Action<BusMessage> write)
    {
        Check(SdBus.NewMethodCall(_bus, out var handle, destination, path, interfaceName, member), member);
        using var message = new BusMessage(handle);
        write(message);
        Check(SdBus.Send(_bus, handle, out var cookie), member);
        return cookie;
    }

    /// <summary>Does what is due. True while there was something to do; the message, when one came, is the caller's to dispose.</summary>
    /// <exception cref="BusException">The connection is lost.</exception>
    public bool TryReceive(out BusMessage? message)
    {
        // With no callback registered, sd_bus_process hands out every reply and every signal.
        var worked = Check(SdBus.Process(_bus, out var handle), "process") > 0;
        message = handle == 0 ? null : new BusMessage(handle);
        return worked;
    }

    public void Dispose()
    {
        SdBus.CloseUnref(_bus);
        _bus = 0;
    }
}
