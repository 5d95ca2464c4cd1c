using System.Text;
using Aetherscale.Files;
using Aetherscale.Images;

namespace Aetherscale.VirtualMachines;

/// <summary>Reads back what a VM's seed tells its guest: that file alone says it.</summary>
internal static class SeedFile
{
    // Two texts of 512 KiB each, keys, and room for the image's own tables.
    private const int MaxBytes = 4 * 1024 * 1024;

    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <param name="path">The seed's file.</param>
    /// <param name="spec">The VM that it was made for.</param>
    /// <exception cref="InvalidDataException">It is missing, or none of ours.</exception>
    public static FirstBoot Read(string path, VmSpec spec)
    {
        try
        {
            using var file = ImageFile.Open(path, Beneath.FolderAndName) ?? throw new InvalidDataException("it is missing");
            var length = RandomAccess.GetLength(file);
            var image = new byte[length <= MaxBytes ? length : throw new InvalidDataException("it is larger than any that is made here")];
            return Parse(image.AsMemory(0, RandomAccess.Read(file, image, 0)), spec);
        }
        catch (AetherscaleException error)
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    /// <summary>The opposite of <see cref="FirstBoot.ToSeed"/>: the seed made of what this returns says the same.</summary>
    /// <exception cref="InvalidDataException">It is none of ours.</exception>
    public static FirstBoot Parse(ReadOnlyMemory<byte> seed, VmSpec spec)
    {
        var files = IsoFiles.Read(seed);
        var metaData = TextOf("meta-data") ?? throw new InvalidDataException("it has no meta-data");
        var userData = TextOf("user-data") ?? throw new InvalidDataException("it has no user-data");
        var script = TextOf("vendor-data");
        var lines = metaData.Split('\n');
        var hostname = Unquoted(lines.FirstOrDefault(line => line.StartsWith(FirstBoot.HostnameKey, StringComparison.Ordinal))?[FirstBoot.HostnameKey.Length..]);
        var told = new FirstBoot
        {
            SshKeys = [.. lines.Where(line => line.StartsWith(FirstBoot.KeyItem, StringComparison.Ordinal)).Select(line => Unquoted(line[FirstBoot.KeyItem.Length..]))],
            Hostname = hostname == (spec.Name ?? spec.VmId) ? null : hostname,
            UserData = script is not null || !(IsScript(userData) || userData is FirstBoot.NoUserData or FirstBoot.NoUserDataOnce) ? userData : null,
            InitScript = script ?? (IsScript(userData) ? userData : null),
            NetworkConfig = TextOf("network-config"),
        };
        return told.IsEmpty ? told with { UserData = userData } : told;

        string? TextOf(string name)
        {
            try
            {
                return files.TryGetValue(name, out var content) ? s_strictUtf8.GetString(content.Span) : null;
            }
            catch (DecoderFallbackException)
            {
                throw new InvalidDataException($"its {name} is no text in UTF-8");
            }
        }
    }

    private static bool IsScript(string text) => text.StartsWith("#!", StringComparison.Ordinal);

    private static string Unquoted(string? text) => text is ['"', .. var inner, '"']
        ? inner.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
        : throw new InvalidDataException("its meta-data was not written here");
}
