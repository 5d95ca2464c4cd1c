using System.Text.Json.Serialization;

namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>list-vms</c>: a VM is listed when all that are given fit.</summary>
public sealed record ListVmsOptions
{
    /// <summary>One of <see cref="Contract.VmStatus"/>.</summary>
    public string? Status { get; init; }

    /// <summary>What the VM's name begins with.</summary>
    public string? Name { get; init; }

    /// <summary>The image that its disk stands on.</summary>
    public string? Image { get; init; }

    /// <summary>On the socket, where only the host's own VMs are listed without it: those of all hosts of the fleet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Fleet { get; init; }
}
