using System.Buffers.Binary;
using System.Text;
using static Aetherscale.Images.IsoImage;

namespace Aetherscale.Images;

/// <summary>Reads the files of an image back that <see cref="IsoImage"/> has written, by its Joliet tree.</summary>
internal static class IsoFiles
{
    private const int VolumeSector = 17;
    private const int RootEntry = 156;
    private const int EntryHead = 33;

    /// <exception cref="InvalidDataException">It is no such image, or a damaged one.</exception>
    public static IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> image)
    {
        var volume = Slice(image, (long)VolumeSector * Sector, Sector).Span;
        if (volume[0] != 2 || !volume[1..6].SequenceEqual("CD001"u8))
        {
            throw new InvalidDataException("it has no Joliet volume in sector 17");
        }

        var files = new Dictionary<string, ReadOnlyMemory<byte>>();
        var folder = Content(image, volume[RootEntry..]).Span;
        while (folder.Length > 0 && folder[0] > 0)
        {
            var length = folder[0];
            if (length > folder.Length || length < EntryHead + folder[EntryHead - 1])
            {
                throw new InvalidDataException("an entry of its folder is cut off");
            }

            if ((folder[25] & 2) == 0)
            {
                var name = Encoding.BigEndianUnicode.GetString(folder.Slice(EntryHead, folder[EntryHead - 1]));
                files[name.Split(';')[0]] = Content(image, folder);
            }

            folder = folder[length..];
        }

        return files;
    }

    /// <summary>What an entry stands for.</summary>
    private static ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> image, ReadOnlySpan<byte> entry) => Slice(
        image, BinaryPrimitives.ReadUInt32LittleEndian(entry[2..]) * (long)Sector, BinaryPrimitives.ReadUInt32LittleEndian(entry[10..]));

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> image, long at, long length) => at + length <= image.Length
        ? image.Slice((int)at, (int)length)
        : throw new InvalidDataException("it is cut off");
}
