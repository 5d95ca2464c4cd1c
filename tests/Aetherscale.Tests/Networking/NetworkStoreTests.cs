using System.Net;
using Aetherscale.Contract;
using Aetherscale.Networking;

namespace Aetherscale.Tests.Networking;

public sealed class NetworkStoreTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private NetworkStore Store => new(_folder.Path, "/run/user/1000");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_network_is_one_small_file_that_reads_back()
    {
        Store.Ensure("default", "10.77.0.0/24", bridge: null);

        Assert.Equal(
            """
            {
              "format": 1,
              "name": "default",
              "subnet": "10.77.0.0/24"
            }
            """,
            File.ReadAllText(_folder["default.json"]));
        Assert.Equal(IPNetwork.Parse("10.77.0.0/24"), Store.SubnetOf("default").Network);
    }

    [Fact]
    public void A_network_that_exists_is_left_as_it_is()
    {
        Store.Ensure("default", "10.77.0.0/24", bridge: null);

        Store.Ensure("default", "192.168.0.0/24", bridge: null);

        Assert.Equal("10.77.0.0", Store.SubnetOf("default").Network.BaseAddress.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"format": 1, "name": "default", "subnet": "10.77.0.0/24", "more": 1}""")]
    [InlineData("""{"format": 1, "name": "default", "name": "default", "subnet": "10.77.0.0/24"}""")]
    [InlineData("""{"format": 2, "name": "default", "subnet": "10.77.0.0/24"}""")]
    [InlineData("""{"format": 1, "name": "other", "subnet": "10.77.0.0/24"}""")]
    [InlineData("""{"format": 1, "name": "default", "subnet": "10.77.0.0/16"}""")]
    [InlineData("""{"format": 1, "name": "default", "subnet": "10.77.0.0/29"}""")]
    [InlineData("""{"format": 1, "name": "default", "subnet": "fd00::/24"}""")]
    [InlineData("""{"format": 1, "name": "default", "subnet": "10.77.0.0/24; flush ruleset"}""")]
    public void A_file_that_describes_no_network_is_refused_by_its_path(string content)
    {
        File.WriteAllText(_folder["default.json"], content);

        var error = Assert.Throws<AetherscaleException>(() => Store.SubnetOf("default"));

        Assert.Equal(ErrorCodes.NetworkUnavailable, error.Code);
        Assert.StartsWith(_folder["default.json"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bits_of_a_host_in_the_subnet_do_not_count()
    {
        Store.Ensure("default", "10.77.0.9/24", bridge: null);

        Assert.Equal("10.77.0.2", Store.SubnetOf("default").AddressOf(Subnet.FirstHost));
    }

    [Fact]
    public void A_network_without_a_file_is_unavailable() =>
        Assert.Equal(ErrorCodes.NetworkUnavailable, Assert.Throws<AetherscaleException>(() => Store.SubnetOf("default")).Code);

    [Theory]
    [InlineData("../default")]
    [InlineData("")]
    public void What_is_no_name_never_becomes_a_path(string name) =>
        Assert.Equal(ErrorCodes.NetworkUnavailable, Assert.Throws<AetherscaleException>(() => Store.PathsOf(name)).Code);
}
