using System.Globalization;
using System.Net.Sockets;
using Aetherscale.Stop;

// aetherscale-stop STOP_SOCKET GRACE_SECONDS [QEMU_PID]
//
// A VM unit's ExecStop: shuts the guest down and waits until QEMU has ended. Exit 0 when QEMU is gone, 1 when the guest
// did not obey (systemd then ends QEMU), 2 for wrong arguments. It starts in milliseconds and needs no daemon.
if (args is not ([_, _] or [_, _, _])
    || !int.TryParse(args[1], CultureInfo.InvariantCulture, out var grace) || grace < 0)
{
    return Fail("usage: aetherscale-stop STOP_SOCKET GRACE_SECONDS [QEMU_PID]", 2);
}

// systemd runs ExecStop after the guest's own power-off too, with $MAINPID unset.
if (args is [_, _, "" or "0"])
{
    return 0;
}

try
{
    using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    // Where another client holds the monitor, a further one may not even get through connect().
    socket.SendTimeout = 2000;
    socket.Connect(new UnixDomainSocketEndPoint(args[0]));
    return new GuestShutdown(socket, TimeSpan.FromSeconds(grace)).Run() is { } reason ? Fail(reason, 1) : 0;
}
catch (SocketException error) when (IsGone(error.SocketErrorCode))
{
    return 0;
}
catch (Exception error) when (error is SocketException or ArgumentException)
{
    return Fail($"{args[0]}: {error.Message}", 1);
}

// ENOENT (which .NET calls AddressNotAvailable here) and ECONNREFUSED before, EPIPE and ECONNRESET while talking.
static bool IsGone(SocketError error) => error is SocketError.AddressNotAvailable or SocketError.ConnectionRefused
    or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown;

static int Fail(string reason, int code)
{
    Console.Error.WriteLine(reason);
    return code;
}
