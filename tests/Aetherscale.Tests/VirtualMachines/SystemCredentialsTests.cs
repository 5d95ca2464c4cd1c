using System.Text;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>What a guest without cloud-init is told by its SMBIOS.</summary>
public sealed class SystemCredentialsTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4 Ann's \"desk\", ü";

    [Fact]
    public void Name_and_keys_are_what_systemd_calls_them()
    {
        var told = Of(new FirstBoot { SshKeys = [Key, "b"] });

        Assert.Equal(["system.hostname", "ssh.authorized_keys.root"], told.Keys);
        Assert.Equal("web", told["system.hostname"]);
        Assert.Equal($"{Key}\nb\n", told["ssh.authorized_keys.root"]);
        Assert.Equal("db.example.org", Of(new FirstBoot { Hostname = "db.example.org" })["system.hostname"]);
    }

    [Fact]
    public void A_script_comes_with_the_unit_that_runs_it_once_for_this_VM_where_there_is_no_cloud_init()
    {
        var told = Of(new FirstBoot { InitScript = "#!/bin/sh\necho '%h' $HOME\n" });

        Assert.Equal("#!/bin/sh\necho '%h' $HOME\n", told["aetherscale.init-script"]);
        Assert.Equal("[Unit]\nWants=aetherscale-init.service\n", told["systemd.unit-dropin.multi-user.target"]);
        Golden.Matches("VirtualMachines/aetherscale-init.service", told["systemd.extra-unit.aetherscale-init.service"]);
    }

    [Fact]
    public void Nothing_to_tell_is_told_by_nothing() => Assert.Empty(Of(new FirstBoot()));

    [Fact]
    public void What_SMBIOS_has_no_room_for_is_left_to_the_seed_and_a_script_never_comes_without_its_unit()
    {
        Assert.Equal(["system.hostname"], Of(new FirstBoot { SshKeys = [.. Enumerable.Repeat(Key, 300)] }).Keys);
        for (var length = 15_000; length < 25_000; length += 100)
        {
            var told = Of(new FirstBoot { SshKeys = [.. Enumerable.Repeat(Key, 10)], InitScript = "#!" + new string('x', length) });
            Assert.Contains(told.Count, (int[])[2, 5]);
        }
    }

    [Theory]
    [InlineData("system.hostname", true)]
    [InlineData("systemd.extra-unit.a_b-c.service", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("a\n", false)]
    [InlineData("ü", false)]
    public void A_credentials_name_is_a_file_name(string? name, bool isOne) => Assert.Equal(isOne, SystemCredentials.IsName(name));

    private static Dictionary<string, string> Of(FirstBoot told)
    {
        Assert.True(VmId.TryParse("abcdefgh", out var id));
        var credentials = SystemCredentials.Of(told, TestVms.SpecOf(id, "web"));
        Assert.True(credentials.Sum(one => one.Value.Length) < 32 * 1024);
        return credentials.ToDictionary(one => one.Key, one => ContentOf(one.Key, Encoding.ASCII.GetString(one.Value)));
    }

    private static string ContentOf(string name, string text)
    {
        var prefix = $"io.systemd.credential.binary:{name}=";
        Assert.StartsWith(prefix, text);
        return Encoding.UTF8.GetString(Convert.FromBase64String(text[prefix.Length..]));
    }
}
