using System.Collections.Concurrent;
using System.Text.Json;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// Compares what replies promised with what there is: every promised VM on exactly the host that it was promised on, no other anywhere, each
/// name once. It reads each host's own list by its socket, so that no broker has a part in it.
/// </summary>
internal sealed class FleetChecker(TestFleet fleet)
{
    private readonly ConcurrentDictionary<string, string> _hosts = new();

    /// <summary>How many VMs there are to be.</summary>
    public int Promised => _hosts.Count;

    /// <summary>Takes a reply to create-vm by its word.</summary>
    /// <returns>The VM's id; null when the reply promises none.</returns>
    public string? Created(JsonElement reply)
    {
        var info = reply.GetProperty("execution-info");
        if (info.GetProperty("status").GetString() != "success")
        {
            return null;
        }

        var response = reply.GetProperty("response");
        Assert.NotEqual("parked", response.GetProperty("status").GetString());
        var (id, host) = (response.GetProperty("vm-id").GetString()!, info.GetProperty("host").GetString()!);
        Assert.Equal(host, _hosts.GetOrAdd(id, host));
        return id;
    }

    /// <summary>The same for a create that nothing speaks against.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="name">The VM's name, which its request id has in it.</param>
    public string MustBeCreated(JsonElement reply, string name)
    {
        var id = Created(reply);
        Assert.True(id is not null, $"{reply}\n{fleet.LinesAbout($"{name}\"", $"{name})", "broker")}");
        return id;
    }

    /// <summary>A host has made a VM that it was asked for by itself.</summary>
    public void CreatedOn(string host, string id) => Assert.Equal(host, _hosts.GetOrAdd(id, host));

    /// <summary>The VM was deleted, as a reply says.</summary>
    public void Deleted(string id) => Assert.True(_hosts.TryRemove(id, out _));

    /// <summary>All hosts must be there.</summary>
    public async Task CheckAsync()
    {
        var found = await fleet.VmsAsync();
        Assert.Equal(
            _hosts.Select(vm => $"{vm.Key} on {vm.Value}").Order(StringComparer.Ordinal),
            found.Select(vm => $"{vm.Id} on {vm.Host}").Order(StringComparer.Ordinal));
        var names = found.Select(vm => vm.Name).OfType<string>().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(names.Distinct(), names);
    }
}
