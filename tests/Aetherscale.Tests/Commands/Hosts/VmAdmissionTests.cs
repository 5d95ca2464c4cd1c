using Aetherscale.Commands.Hosts;
using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.Images.Catalogue;
using Aetherscale.Qemu;
using Aetherscale.Tests.Images;
using Aetherscale.Tests.VirtualMachines;
using Aetherscale.VirtualMachines;
using HostOptions = Aetherscale.Contract.Commands.HostOptions;

namespace Aetherscale.Tests.Commands.Hosts;

/// <summary>What a host says to VMs that others want to place on it, and of itself.</summary>
public sealed class VmAdmissionTests : IDisposable
{
    private static readonly CreateVmOptions s_tiny = new() { Image = "tiny" };

    private readonly TestVms _vms = new();
    private readonly ImagesFolder _images = new();
    private readonly TestFolder _data = new();
    private readonly HostCordon _cordon;
    private readonly VmAdmission _admission;
    private readonly ThisHost _host;

    public VmAdmissionTests()
    {
        var data = new DataFolder(_data["data"]);
        Assert.Null(data.Prepare());
        _images.Create("tiny.qcow2", "64M");
        _cordon = new HostCordon(data);
        var labels = new HostLabels("h1", ["ssd", "zone=a"]);
        var room = new HostRoom(_vms.Store, new HostCapacity(4, 1000, 100));
        _admission = new VmAdmission(
            labels,
            _cordon,
            room,
            new ImageShelf(new ImageStore(_images.Path), _images.Path),
            new UefiFirmware([("/nowhere", "/nowhere")]),
            new VmDefaults(1, 250),
            text => ImageReference.TryParse(text, out var reference) ? reference : throw new AetherscaleException("bad-request", text));
        _host = new ThisHost(labels, room, _cordon, data.Vms, "tcg", new ExpiredCommands(), TimeProvider.System);
    }

    public void Dispose()
    {
        _vms.Dispose();
        _images.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void An_offer_keeps_nothing_and_tells_what_would_be_left()
    {
        var once = _admission.Offer(s_tiny);

        Assert.Equal(new OfferVmResponse { HasImage = true, FreePerMille = 750 }, once);
        Assert.Equal(once, _admission.Offer(s_tiny));
        Assert.Equal(new OfferVmResponse { FreePerMille = 0 }, _admission.Offer(new CreateVmOptions { Image = "debian:12", Memory = 1000 }));
    }

    [Fact]
    public void An_admitted_VM_has_its_room_until_it_counts_itself()
    {
        var first = _admission.TryAdmit(s_tiny, out var missing);
        Assert.Null(missing);
        Assert.Null(_admission.TryAdmit(s_tiny, out missing));
        Assert.Equal("disk: 64 MiB wanted, 36 MiB of 100 free", missing);
        Assert.Equal(missing, _admission.Offer(s_tiny).Missing);
        Assert.Equal((1, 250L, 64L, 0), Used());

        first!.For(_vms.Make("web").ToString());
        Assert.Equal((1, 128L, 0L, 1), Used());
        first.Dispose();
        Assert.Equal((1, 128L, 0L, 1), Used());
    }

    [Theory]
    [InlineData("gpu", "it lacks the label gpu")]
    [InlineData("ssd zone=a", null)]
    [InlineData("ssd zone=b gpu", "it lacks the labels zone=b, gpu")]
    public void A_host_has_all_labels_that_are_wanted_or_is_not_taken(string labels, string? missing)
    {
        var options = s_tiny with { Labels = labels.Split(' ') };

        Assert.Equal(missing, _admission.Offer(options).Missing);
        using var admitted = _admission.TryAdmit(options, out var lacks);
        Assert.Equal((missing, missing is null), (lacks, admitted is not null));
    }

    [Fact]
    public void What_room_does_not_help_with_is_told()
    {
        File.WriteAllText(_images["bad.qcow2"], "no image");

        Assert.Equal(new OfferVmResponse { FreePerMille = 750 }, _admission.Offer(new CreateVmOptions { Image = "none" }));
        Assert.Equal("an image \"bad\" that can be used", _admission.Offer(new CreateVmOptions { Image = "bad" }).Missing);
        Assert.Equal("firmware for UEFI", _admission.Offer(s_tiny with { Firmware = "uefi" }).Missing);
        Assert.Null(_admission.Offer(s_tiny with { Firmware = "bios" }).Missing);
        Assert.Equal("bad-request", Assert.Throws<AetherscaleException>(() => _admission.Offer(s_tiny with { Labels = ["No"] })).Code);
        Assert.Equal("bad-request", Assert.Throws<AetherscaleException>(() => _admission.Offer(s_tiny with { Cpus = 0 })).Code);
    }

    [Fact]
    public void A_cordoned_host_takes_nothing_until_that_is_lifted()
    {
        Assert.Equal("cordoned", _host.Cordon(new HostOptions()).Status);
        Assert.Equal("cordoned", _host.Cordon(new HostOptions { Host = "h1" }).Status);
        Assert.Equal("it is cordoned", _admission.Offer(s_tiny).Missing);
        Assert.Null(_admission.TryAdmit(s_tiny, out var missing));
        Assert.Equal("it is cordoned", missing);
        Assert.True(new HostCordon(new DataFolder(_data["data"])).IsSet);

        Assert.Equal("alive", _host.Uncordon(new HostOptions()).Status);
        Assert.Equal("alive", _host.Uncordon(new HostOptions()).Status);
        Assert.Null(_admission.Offer(s_tiny).Missing);
    }

    [Fact]
    public void A_host_by_itself_knows_itself_alone()
    {
        var told = _host.Show(new HostOptions { Host = "h1" });

        Assert.Equal(("h1", "alive", 4, 1000L, 100L, "tcg"), (told.Host, told.Status, told.Cpus, told.Memory, told.Disk, told.Accelerator));
        Assert.Equal(["ssd", "zone=a"], told.Labels);
        Assert.Equal(["h1"], _host.All().Select(host => host.Host));
        foreach (var command in new Func<HostOptions, HostDetails>[] { _host.Show, _host.Cordon, _host.Uncordon })
        {
            Assert.Equal("host-not-found", Assert.Throws<AetherscaleException>(() => command(new HostOptions { Host = "h2" })).Code);
        }

        Assert.Equal("no-fleet", Assert.Throws<AetherscaleException>(() => _host.Forget(new HostOptions { Host = "h2" })).Code);
        Assert.False(_cordon.IsSet);
    }

    private (int? Cpus, long? Memory, long? Disk, int? Vms) Used() =>
        _host.Show(new HostOptions()) is var host ? (host.CpusUsed, host.MemoryUsed, host.DiskUsed, host.Vms) : default;
}
