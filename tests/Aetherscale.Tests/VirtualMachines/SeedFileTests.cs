using Aetherscale.Images;
using Aetherscale.VirtualMachines;
using CsCheck;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>What a guest was told, read back from its seed.</summary>
public sealed class SeedFileTests
{
    private static readonly Gen<string?> s_text = Gen.OneOf(Gen.String[0, 3000], Gen.String.Select(text => $"#!{text}"), Gen.Const("")).Null();

    private static readonly Gen<string> s_key = Gen.String[Gen.Char["ab \\\"'-"], 1, 20];

    [Fact]
    public void A_seed_made_of_what_is_read_is_the_same_one() => Gen.Select(
        s_key.List[0, 3], Gen.Int[0, 2].Select(i => ((string?[])[null, "web", "db.example.org"])[i]), s_text, s_text, Gen.String.Select(text => $"#!{text}").Null(), Gen.Bool).Sample(
        (keys, hostname, userData, network, script, isNamed) =>
        {
            var told = new FirstBoot { SshKeys = keys, Hostname = hostname, UserData = userData, NetworkConfig = network, InitScript = script };
            var spec = TestVms.SpecOf(Id(), isNamed ? "web" : null);
            var seed = told.ToSeed(spec);
            var read = SeedFile.Parse(seed, spec);
            Assert.False(read.IsEmpty);
            Assert.Equal(seed, read.ToSeed(spec));
            Assert.Equal(keys, read.SshKeys);
        });

    [Fact]
    public void A_lone_script_is_an_init_script_and_the_VMs_name_no_host_name()
    {
        var spec = TestVms.SpecOf(Id(), "web");
        var read = SeedFile.Parse(new FirstBoot { InitScript = "#!/bin/sh\n", Hostname = "web" }.ToSeed(spec), spec);
        Assert.Equal(("#!/bin/sh\n", null, null), (read.InitScript, read.UserData, read.Hostname));
    }

    [Fact]
    public void The_empty_cloud_config_that_earlier_seeds_had_is_no_user_data()
    {
        var spec = TestVms.SpecOf(Id(), "web");
        var earlier = new FirstBoot { SshKeys = ["a"], UserData = "#cloud-config\n" }.ToSeed(spec);
        var read = SeedFile.Parse(earlier, spec);
        Assert.Null(read.UserData);
        Assert.Equal(["a"], read.SshKeys);
    }

    [Fact]
    public void Damage_is_refused_and_nothing_worse()
    {
        var spec = TestVms.SpecOf(Id(), "web");
        var seed = new FirstBoot { UserData = "#!/bin/sh\n", SshKeys = ["a"] }.ToSeed(spec);
        Gen.Select(Gen.Int[0, seed.Length], Gen.Int[16 * IsoImage.Sector, seed.Length - 1], Gen.Byte).Sample((length, at, value) =>
        {
            var damaged = seed.ToArray();
            damaged[at] = value;
            foreach (var image in (byte[][])[damaged, damaged[..length]])
            {
                try
                {
                    SeedFile.Parse(image, spec);
                }
                catch (InvalidDataException)
                {
                    // As it should.
                }
            }
        });
        Assert.Throws<InvalidDataException>(() => SeedFile.Parse(Array.Empty<byte>(), spec));
        Assert.Throws<InvalidDataException>(() => SeedFile.Parse(
            IsoImage.Build("cidata", default(DateTimeOffset).AddYears(2000), [("meta-data", "local-hostname: x"u8.ToArray()), ("user-data", default)]), spec));
    }

    private static VmId Id() => VmId.TryParse("abcdefgh", out var id) ? id : throw new InvalidOperationException();
}
