using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>How a requester points at a VM: by id or by name.</summary>
internal readonly record struct VmReference
{
    private VmReference(VmId? id, VmName? name) => (Id, Name) = (id, name);

    public VmId? Id { get; }

    public VmName? Name { get; }

    /// <exception cref="AetherscaleException"><c>bad-vm-id</c>: the text is neither.</exception>
    public static VmReference Parse(string text)
    {
        if (VmId.TryParse(text, out var id))
        {
            return new VmReference(id, null);
        }

        return VmName.TryParse(text, out var name)
            ? new VmReference(null, name)
            : throw new AetherscaleException(
                BadVmId, $"{Quoted.Of(text)} is neither a VM id (eight lower-case letters) nor a VM name ({VmName.Grammar}).");
    }

    public override string ToString() => Id?.ToString() ?? Name.ToString() ?? "";
}
