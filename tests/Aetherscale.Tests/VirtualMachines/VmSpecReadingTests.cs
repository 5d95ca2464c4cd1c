using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>What stands in a VM's <c>vm.json</c>, written by us or changed by hand.</summary>
public sealed class VmSpecReadingTests : IDisposable
{
    private readonly TestVms _vms = new();

    public void Dispose() => _vms.Dispose();

    [Fact]
    public void A_name_changed_by_hand_counts()
    {
        var id = _vms.Make("web");
        _ = _vms.Store.List();
        var path = _vms.Store.Find(VmReference.Parse("web")).Folder.Spec;
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"web\"", "\"mail\""));

        Assert.Equal(id, _vms.Store.Find(VmReference.Parse("mail")).Id);
        Assert.Throws<AetherscaleException>(() => _vms.Store.Find(VmReference.Parse("web")));
    }

    [Fact]
    public void A_spec_that_its_writer_keeps_open_counts_as_it_is()
    {
        var id = _vms.Make("web");
        _ = _vms.Store.List();
        var path = _vms.Store.Find(VmReference.Parse("web")).Folder.Spec;
        var text = File.ReadAllText(path);
        using var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        writer.Write(System.Text.Encoding.UTF8.GetBytes(text.Replace("\"web\"", "\"mxb\"")));

        Assert.Equal(id, _vms.Store.Find(VmReference.Parse("mxb")).Id);
    }

    [Theory]
    [InlineData("\"fstab.extra\"", true)]
    [InlineData("\"../../x\"", false)]
    [InlineData("\"a\", \"\"", false)]
    [InlineData("null", false)]
    public void A_credential_named_by_hand_is_a_file_in_the_VMs_folder_of_them(string names, bool isOne)
    {
        _vms.Make("web");
        var path = _vms.Store.Find(VmReference.Parse("web")).Folder.Spec;
        File.WriteAllText(path, File.ReadAllText(path).Replace("{", $"{{ \"credentials\": [{names}],"));

        var vm = _vms.Store.List().Single();
        Assert.Equal(isOne, vm.Problem is null);
        Assert.Equal(!isOne, vm.Problem?.Contains("credentials", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    [InlineData("", "unreadable")]
    [InlineData("{", "unreadable")]
    [InlineData("""{"format": 2}""", "unreadable")]
    [InlineData("base-sha256=../../x", "base-sha256")]
    [InlineData("address=10.77.0.2!!SYSTEM:id", "address")]
    [InlineData("address=1", "address")]
    [InlineData("mac=52:54:00:12:34", "mac")]
    [InlineData("network=../x", "network")]
    [InlineData("name=../x", "name")]
    [InlineData(null, "missing")]
    public void A_spec_that_cannot_be_read_is_the_problem_of_its_VM_alone(string? text, string problem)
    {
        var good = _vms.Make("good");
        var bad = _vms.Make("bad");
        var path = _vms.Store.Find(VmReference.Parse("bad")).Folder.Spec;
        var before = File.ReadAllText(path);
        File.Delete(path);
        if (text?.Split('=') is [var member, var value])
        {
            text = System.Text.RegularExpressions.Regex.Replace(before, $"\"{member}\": \"[^\"]*\"", $"\"{member}\": \"{value}\"");
        }

        if (text is not null)
        {
            File.WriteAllText(path, text);
        }

        var vms = _vms.Store.List().ToDictionary(vm => vm.Id);

        Assert.Null(vms[good].Problem);
        Assert.Null(vms[bad].Spec);
        Assert.Contains(problem, vms[bad].Problem);
    }

    [Fact]
    public void A_spec_that_is_a_link_or_a_pipe_is_not_read()
    {
        _vms.Make("web");
        var path = _vms.Store.Find(VmReference.Parse("web")).Folder.Spec;
        File.Move(path, _vms["elsewhere"]);
        File.CreateSymbolicLink(path, _vms["elsewhere"]);
        Assert.Contains("unreadable", _vms.Store.List()[0].Problem);

        File.Delete(path);
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        Assert.Contains("not a plain file", _vms.Store.List()[0].Problem);
    }

    [Fact]
    public void A_spec_that_belongs_to_another_VM_is_no_spec_of_this_one()
    {
        var id = _vms.Make("web");
        var vm = _vms.Store.Find(VmReference.Parse("web"));
        File.WriteAllText(vm.Folder.Spec, File.ReadAllText(vm.Folder.Spec).Replace(id.ToString(), "abcdefgh"));

        Assert.Contains("belongs to VM \"abcdefgh\"", _vms.Store.List()[0].Problem);
    }
}
