using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Messaging.Fleet;

/// <summary>What the fleet has to know of this host, beside what its commands answer.</summary>
internal sealed record FleetHost
{
    /// <summary>As the setting <c>host-name</c> says. No other host of the fleet has it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether a VM here has this id or name, or is being made with it.</summary>
    public required Func<string, bool> Has { get; init; }

    /// <summary>The id and the name of each VM here.</summary>
    public required Func<IReadOnlyList<(string Id, string? Name)>> Vms { get; init; }

    /// <summary>Keeps room here for the VM that is to have this id, if there is any: what is kept, or what is missing.</summary>
    public required Func<CreateVmOptions, string, (IDisposable? Room, string? Missing)> Admit { get; init; }

    /// <summary>Whether the image for such a VM is here.</summary>
    public required Func<CreateVmOptions, bool> HasImage { get; init; }

    /// <summary>What a request is answered that has been carried out here; null where it has not.</summary>
    public required Func<RequestMark, CancellationToken, Task<JsonElement?>> Recall { get; init; }

    /// <summary>The ids of the VMs that were made here by requests that may come again.</summary>
    public required Func<IReadOnlyList<string>> MadeLately { get; init; }

    /// <summary>What happens to VMs here from now on.</summary>
    public required Func<CancellationToken, IAsyncEnumerable<VmEvent>> News { get; init; }
}
