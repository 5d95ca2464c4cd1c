namespace Aetherscale.SystemTests.Networking;

[Collection(LinuxGuests.Name)]
public sealed class SocketConnectTests(GuestPair guests) : ConnectTests(guests);
