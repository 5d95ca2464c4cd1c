using System.Runtime.InteropServices;
using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images;

/// <summary>
/// Opens and checks files that a user may have put anything into. Nothing here blocks on a FIFO or a device.
/// </summary>
internal static class ImageFile
{
    /// <summary>Opens a regular file for reading; null when nothing stands at the path.</summary>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c>: a symbolic link, a folder, a FIFO, a
    /// device.</exception>
    public static SafeFileHandle? Open(string path)
    {
        // Looked at before it is opened, since opening some devices acts on them; and again after it, since it may have
        // been replaced meanwhile.
        if (FileStatus.Of(path) is not { } status)
        {
            return null;
        }

        RequireRegular(status.Kind, path);
        var file = Beneath.Open(path, Libc.ReadOnly, Beneath.Name);
        try
        {
            if (file.IsInvalid)
            {
                var error = Marshal.GetLastPInvokeError();
                return error == Libc.ErrorNoEntry ? null : throw Unsafe(path, FileErrors.From(error, path));
            }

            RequireRegular(FileStatus.Of(file).Kind, path);
            var opened = file;
            file = null;
            return opened;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>The virtual size, in bytes, of a file that may be a base, by its header alone.</summary>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c> or <c>image-too-big</c>.</exception>
    public static long CheckHeader(SafeFileHandle file, string path) => Check(file, path, _ => { });

    /// <summary>The same, and nothing of the file is missing.</summary>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c> or <c>image-too-big</c>.</exception>
    public static long CheckWhole(SafeFileHandle file, string path, CancellationToken cancellation) =>
        Check(file, path, header => Qcow2Map.RequireWhole(file, header, cancellation));

    /// <summary>The same by the beginning of a file of which the rest is still to come.</summary>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c> or <c>image-too-big</c>.</exception>
    public static void CheckStart(ReadOnlySpan<byte> start, string what)
    {
        Qcow2Header header;
        try
        {
            header = Qcow2Header.Parse(start);
        }
        catch (InvalidDataException fault)
        {
            throw Unsafe(what, fault);
        }

        Check(header, what, long.MaxValue, _ => { });
    }

    private static long Check(SafeFileHandle file, string path, Action<Qcow2Header> more)
    {
        try
        {
            return Check(Qcow2Header.Read(file), path, RandomAccess.GetLength(file), more);
        }
        catch (InvalidDataException fault)
        {
            throw Unsafe(path, fault);
        }
    }

    private static long Check(Qcow2Header header, string path, long length, Action<Qcow2Header> more)
    {
        try
        {
            if (header.VirtualSize > Qcow2Format.MaximumVirtualSize)
            {
                throw new AetherscaleException(ImageTooBig, $"{path} has a virtual size over 2 PiB");
            }

            header.RequireBase(length);
            more(header);
            return (long)header.VirtualSize;
        }
        catch (InvalidDataException fault)
        {
            throw Unsafe(path, fault);
        }
    }

    private static AetherscaleException Unsafe(string path, InvalidDataException fault) =>
        new(ImageUnsafe, $"{path} cannot be used as an image: {fault.Message}", fault);

    private static void RequireRegular(FileKind kind, string path)
    {
        if (kind != FileKind.Regular)
        {
            throw new AetherscaleException(
                ImageUnsafe,
                $"{path} is {InWords(kind)}; an image must be a regular file: copy the qcow2 file itself there");
        }
    }

    private static AetherscaleException Unsafe(string path, IOException error) =>
        new(ImageUnsafe, $"{path} cannot be read: {error.Message}", error);

    private static string InWords(FileKind kind) => kind switch
    {
        FileKind.SymbolicLink => "a symbolic link",
        FileKind.Folder => "a folder",
        FileKind.Fifo => "a named pipe",
        FileKind.Socket => "a socket",
        FileKind.CharacterDevice or FileKind.BlockDevice => "a device",
        _ => "not a regular file",
    };
}
