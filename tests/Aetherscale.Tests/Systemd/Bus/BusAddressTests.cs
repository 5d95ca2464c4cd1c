using Aetherscale.Systemd.Bus;

namespace Aetherscale.Tests.Systemd.Bus;

public sealed class BusAddressTests
{
    [Fact]
    public void A_path_cannot_add_options_to_the_address() =>
        Assert.Equal(
            "unix:path=/tmp/a%2cb%3bunix%3apath%3dc%25%20%c3%a9/systemd/private",
            BusAddress.ForSocket("/tmp/a,b;unix:path=c% é/systemd/private", isMessageBus: false).Text);
}
