using System.Net;
using Aetherscale.Contract;
using Aetherscale.Networking;
using CsCheck;

namespace Aetherscale.Tests.Networking;

public sealed class AddressPoolTests
{
    /// <summary>13 addresses for VMs: 2 to 14.</summary>
    private static readonly Subnet s_small = new(IPNetwork.Parse("10.77.0.0/28"));

    [Fact]
    public void All_addresses_are_given_out_once_and_then_it_says_so()
    {
        var pool = new AddressPool("default", s_small);

        Assert.Equal(Enumerable.Range(2, 13), Enumerable.Range(0, 13).Select(_ => pool.Take()));
        var error = Assert.Throws<AetherscaleException>(() => pool.Take());
        Assert.Equal(ErrorCodes.NetworkUnavailable, error.Code);
        Assert.Equal("Network \"default\" has no free address left in 10.77.0.0/28; delete VMs that are not needed.", error.Message);
    }

    [Fact]
    public void What_is_given_back_comes_last()
    {
        var pool = new AddressPool("default", s_small);
        Assert.Equal(2, pool.Take());
        pool.GiveBack("10.77.0.2");

        var next = Enumerable.Range(0, 13).Select(_ => pool.Take()).ToArray();

        Assert.Equal([.. Enumerable.Range(3, 12), 2], next);
    }

    [Fact]
    public void What_vms_had_before_is_not_given_out()
    {
        var pool = new AddressPool("default", s_small);
        pool.Note("10.77.0.5");
        pool.Note("192.168.0.9"); // of another network: none of ours
        pool.Note("10.77.0.1"); // the router's own

        var taken = Enumerable.Range(0, 12).Select(_ => pool.Take()).ToArray();

        Assert.DoesNotContain(5, taken);
        Assert.Equal(6, taken[0]);
        Assert.Throws<AetherscaleException>(() => pool.Take());
    }

    [Fact]
    public void Whatever_is_taken_and_given_back_no_address_is_ever_held_twice() => Gen.Int[-14, 12].Array[0, 200].Sample(steps =>
    {
        var pool = new AddressPool("default", s_small);
        var held = new HashSet<int>();
        foreach (var step in steps)
        {
            // Up to 12: take; below: give back what is held at that host number.
            if (step >= 0 && held.Count < 13)
            {
                Assert.True(held.Add(pool.Take()));
            }
            else if (held.Remove(-step))
            {
                pool.GiveBack(s_small.AddressOf(-step));
            }
        }

        while (held.Count < 13)
        {
            Assert.True(held.Add(pool.Take()));
        }

        Assert.Equal(Enumerable.Range(2, 13), held.Order());
        Assert.Throws<AetherscaleException>(() => pool.Take());
    });

    [Fact]
    public async Task Many_at_once_get_different_addresses()
    {
        var subnet = new Subnet(IPNetwork.Parse("10.77.0.0/20"));
        var pool = new AddressPool("default", subnet);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => Enumerable.Range(0, 500).Select(_ => pool.Take()).ToArray(), TestContext.Current.CancellationToken)));

        Assert.Equal(4000, taken.SelectMany(hosts => hosts).Distinct().Count());
    }
}
