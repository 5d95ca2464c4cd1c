using System.Text.Json;
using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>Reads and writes vm.json.</summary>
internal static class VmSpecFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A vm.json larger than this was not written by us.</summary>
    private const int MaxBytes = 64 * 1024;

    /// <summary>Writes the spec of a VM whose folder no one knows yet; syncing the folder is the caller's.</summary>
    public static void WriteNew(VmFolder folder, VmSpec spec) =>
        DurableFile.WriteNew(folder.Spec, JsonSerializer.SerializeToUtf8Bytes(spec, VmSpecJson.Default.VmSpec), Mode);

    /// <summary>The VM in this folder, with its spec or with what is wrong with it.</summary>
    public static Vm Read(VmId id, VmFolder folder)
    {
        try
        {
            return new Vm(id, folder, Parse(id, folder.Spec), null);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Vm(id, folder, null, $"{folder.Spec} is missing");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return new Vm(id, folder, null, $"{folder.Spec} is unreadable: {error.Message}");
        }
    }

    private static VmSpec Parse(VmId id, string path)
    {
        if (FileStatus.Of(path) is { } status && (status.Kind != FileKind.Regular || status.Size > MaxBytes))
        {
            throw new JsonException($"it is not a plain file of at most {MaxBytes} bytes");
        }

        var spec = JsonSerializer.Deserialize(File.ReadAllBytes(path), VmSpecJson.Default.VmSpec)
            ?? throw new JsonException("it is empty");
        return spec switch
        {
            { Format: not VmSpec.CurrentFormat } => throw new JsonException($"format {spec.Format} is unknown"),
            _ when spec.VmId != id.ToString() => throw new JsonException($"it belongs to VM \"{spec.VmId}\""),
            { Name: not null } when !VmName.TryParse(spec.Name, out _) => throw new JsonException("its name is no VM name"),
            _ => spec,
        };
    }
}
