using Aetherscale.Contract;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Bus;

namespace Aetherscale.Tests.Systemd.Bus;

public sealed class BusFailureTests
{
    private readonly BusCall<bool> _call = new(BusCall.ManagerPath, BusCall.Manager, "StartUnit", _ => true) { Subject = "a.service" };

    [Theory]
    [InlineData("org.freedesktop.systemd1.NoSuchUnit", "systemd has no unit a.service.")]
    [InlineData("org.freedesktop.systemd1.UnitMasked", "The unit a.service is masked: systemctl --user unmask a.service")]
    [InlineData("org.freedesktop.systemd1.JobTypeNotApplicable", "StartUnit a.service does not apply to this kind of unit (words).")]
    [InlineData("org.freedesktop.DBus.Error.AccessDenied", "systemd does not allow StartUnit a.service to this user (words).")]
    [InlineData("org.freedesktop.systemd1.Newer", "systemd refused StartUnit a.service: words")]
    public void A_named_error_becomes_a_sentence_and_keeps_its_name(string name, string message)
    {
        var failure = BusFailure.Refused(_call, new BusErrorException(name, "words"), SystemdScope.User);

        Assert.Equal((ErrorCodes.SystemdUnavailable, message), (failure.Code, failure.Message));
        Assert.True(failure.Is(name));
        Assert.False(failure.Is("org.freedesktop.systemd1.Other"));
    }
}
