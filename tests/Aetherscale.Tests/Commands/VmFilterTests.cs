using Aetherscale.Commands;
using Aetherscale.Contract.Commands;
using Aetherscale.Tests.VirtualMachines;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.Commands;

public sealed class VmFilterTests
{
    private static readonly VmId s_id = VmId.TryParse("wiuakczz", out var id) ? id : default;

    [Theory]
    [InlineData("stopped", null, null, true)]
    [InlineData("running", null, null, false)]
    [InlineData(null, "web", null, true)]
    [InlineData(null, "web-1", null, true)]
    [InlineData(null, "web-10", null, false)]
    [InlineData(null, "1", null, false)]
    [InlineData(null, null, "debian:12", true)]
    [InlineData(null, null, "debian_12", true)]
    [InlineData(null, null, "debian", false)]
    [InlineData("stopped", "web", "debian:12", true)]
    [InlineData("stopped", "web", "tiny", false)]
    public void A_VM_is_listed_when_all_that_is_asked_for_fits(string? status, string? name, string? image, bool fits)
    {
        var spec = TestVms.SpecOf(s_id, "web-1") with { Image = "debian_12" };
        var vm = new VmObservation(new Vm(s_id, default, spec, null), VmState.Stopped, null, Autostart: false);

        Assert.Equal(fits, Of(status, name, image)!.Fits(vm));
    }

    [Fact]
    public void One_that_cannot_be_read_or_is_being_made_has_only_what_is_known()
    {
        var broken = new VmObservation(new Vm(s_id, default, null, "rubbish"), VmState.Broken, null, Autostart: false);
        Assert.True(VmName.TryParse("web", out var name));

        Assert.True(Of("broken", null, null)!.Fits(broken));
        Assert.False(Of("broken", "w", null)!.Fits(broken));
        Assert.True(Of("creating", "w", null)!.Fits((s_id, name)));
        Assert.False(Of("stopped", "w", null)!.Fits((s_id, name)));
        Assert.False(Of(null, "w", null)!.Fits((s_id, null)));
        Assert.False(Of(null, "w", "tiny")!.Fits((s_id, name)));
    }

    [Fact]
    public void Without_a_wish_there_is_nothing_to_look_at_and_a_wrong_status_is_no_empty_list()
    {
        Assert.Null(VmFilter.Of(new ListVmsOptions { Fleet = true }));
        Assert.Equal("bad-request", Assert.Throws<AetherscaleException>(() => Of("runing", null, null)).Code);
    }

    private static VmFilter? Of(string? status, string? name, string? image) =>
        VmFilter.Of(new ListVmsOptions { Status = status, Name = name, Image = image });
}
