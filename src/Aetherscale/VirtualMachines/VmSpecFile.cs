using System.Runtime.InteropServices;
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
        DurableFile.WriteNew(folder.Spec, JsonSerializer.SerializeToUtf8Bytes(spec, VmSpecJson.Default.VmSpec), Mode, Beneath.FolderAndName);

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
        var spec = JsonSerializer.Deserialize(ReadPlainFile(path), VmSpecJson.Default.VmSpec)
            ?? throw new JsonException("it is empty");
        return spec switch
        {
            { Format: not VmSpec.CurrentFormat } => throw new JsonException($"format {spec.Format} is unknown"),
            _ when spec.VmId != id.ToString() => throw new JsonException($"it belongs to VM \"{spec.VmId}\""),
            _ when VmSpecCheck.ProblemOf(spec) is { } problem => throw new JsonException(problem),
            _ => spec,
        };
    }

    /// <summary>Reads a regular file that is no link, without ever waiting for what only looks like one.</summary>
    private static byte[] ReadPlainFile(string path)
    {
        using var file = Beneath.Open(path, Libc.ReadOnly);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            throw error == Libc.ErrorNoEntry ? new FileNotFoundException(null, path) : FileErrors.From(error, path);
        }

        if (FileStatus.Of(file) is var status && (status.Kind != FileKind.Regular || status.Size > MaxBytes))
        {
            throw new JsonException($"it is not a plain file of at most {MaxBytes} bytes");
        }

        var content = new byte[status.Size];
        var length = RandomAccess.Read(file, content, 0);
        return content[..length];
    }
}
