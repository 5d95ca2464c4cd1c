namespace Aetherscale.VirtualMachines;

/// <summary>Where sockets are while units run: <c>%t/aetherscale</c>, made and removed by the units themselves.</summary>
/// <param name="RuntimeDirectory">The user's <c>XDG_RUNTIME_DIR</c>, or /run.</param>
/// <param name="IsSystem">The folders in it are different users'.</param>
internal sealed record RuntimeFolder(string RuntimeDirectory, bool IsSystem = false)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The mode of <see cref="Vms"/>.</summary>
    public UnixFileMode Mode => IsSystem ? Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Private;

    /// <summary>Where every running VM has a folder.</summary>
    public string Vms => $"{RuntimeDirectory}/aetherscale/vms";

    /// <summary>Relative to the runtime directory, as <c>RuntimeDirectory=</c> wants it.</summary>
    public static string RelativeOfVm(VmId id) => $"aetherscale/vms/{id}";

    public VmRuntimeFolder OfVm(VmId id) => new($"{RuntimeDirectory}/{RelativeOfVm(id)}");
}
