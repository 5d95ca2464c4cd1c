using System.Text;
using Aetherscale.Commands;
using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>What a guest is told when it boots for the first time.</summary>
public sealed class FirstBootTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4";
    private static readonly CreateVmOptions s_plain = new() { Image = "tiny" };

    [Fact]
    public void Keys_and_name_are_metadata_and_beside_any_user_data()
    {
        var seed = SeedOf(s_plain with { SshKeys = [Key, Key + " Ann's \"desk\" \\"], UserData = "#!/bin/sh\necho hello\n" });

        Assert.Contains(
            $"""
            instance-id: "abcdefgh"
            local-hostname: "web"
            public-keys:
              - "{Key}"
              - "{Key} Ann's \"desk\" \\"

            """,
            seed);
        Assert.Contains("\0#!/bin/sh\necho hello\n\0", seed);
    }

    [Fact]
    public void A_script_alone_is_user_data_and_beside_user_data_it_is_vendor_data()
    {
        Assert.DoesNotContain("VENDOR-DATA", SeedOf(s_plain with { InitScript = "#!/bin/sh\n" }));
        var both = SeedOf(s_plain with { InitScript = "#!/bin/sh\n", UserData = "#cloud-config\n{}\n" });
        Assert.Contains("VENDOR-DATA", both);
        Assert.Contains("#cloud-config\n{}\n\0", both);
    }

    [Fact]
    public void A_host_name_is_not_the_VMs() =>
        Assert.Contains("local-hostname: \"db.example.org\"\n", SeedOf(s_plain with { Hostname = "db.example.org" }));

    [Fact]
    public void Without_anything_to_tell_there_is_no_seed() => Assert.True(FirstBootWish.Read(s_plain with { SshKeys = [] }).IsEmpty);

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4\nuser: root")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_public_key_is_refused(string? key) => Refused("each of \"ssh-keys\" must be", s_plain with { SshKeys = [key!] });

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("ü")]
    public void What_is_no_host_name_is_refused(string name) => Refused("\"hostname\" must be", s_plain with { Hostname = name });

    [Fact]
    public void Texts_have_bounds()
    {
        Refused("\"user-data\" must have 1 to 524288 bytes.", s_plain with { UserData = "" });
        Refused("\"network-config\" must have", s_plain with { NetworkConfig = new string('ü', 300_000) });
        Refused("\"init-script\" must begin with #!", s_plain with { InitScript = "echo hello" });
    }

    [Fact]
    public void A_disk_is_at_least_as_large_as_its_image()
    {
        Assert.True(ImageName.TryParse("tiny", out var name));
        var image = new BaseImage(name, "/i", (64 * 1024 * 1024) - 512, new string('0', 64));
        long SizeOf(int? mib) => VmWish.Read(s_plain with { Disk = mib }, new VmDefaults(1, 512), _ => default).DiskSizeOn(image);

        Assert.Equal(image.VirtualSize, SizeOf(null));
        Assert.Equal(64 * 1024 * 1024, SizeOf(64));
        Assert.Equal(int.MaxValue * 1024L * 1024, SizeOf(int.MaxValue));
        Assert.Contains("\"disk\" must be at least 64 MiB", Assert.Throws<AetherscaleException>(() => SizeOf(63)).Message);
        Assert.Equal("\"disk\" must be a whole number from 1 on.", Assert.Throws<AetherscaleException>(() => SizeOf(0)).Message);
    }

    private static void Refused(string reason, CreateVmOptions options)
    {
        var error = Assert.Throws<AetherscaleException>(() => FirstBootWish.Read(options));
        Assert.Equal("bad-request", error.Code);
        Assert.Contains(reason, error.Message);
    }

    private static string SeedOf(CreateVmOptions options)
    {
        Assert.True(VmId.TryParse("abcdefgh", out var id));
        return Encoding.UTF8.GetString(FirstBootWish.Read(options).ToSeed(TestVms.SpecOf(id, "web")));
    }
}
